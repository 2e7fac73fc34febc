import { createHash } from 'node:crypto';

/** A tree as Active Directory has it, always the same for the same arguments. */
export interface TreeOptions {
  readonly base: string;
  /** Mail domain. */
  readonly domain: string;
  /** People without a face, `u1` ...; the known ones come on top. */
  readonly crowd: number;
}

export const PASSWORD = 'Passw0rd!';
export const SERVICE = { name: 'presence-svc', password: 'Svc-Passw0rd!' } as const;
/** Known people, in `ou=Staff`: the first two are in a group each. */
export const staff = ['alice', 'bob', 'carol', 'dave', 'erin'] as const;

type Value = string | number | Buffer;
const hash = (text: string): Buffer => createHash('sha256').update(text).digest();

function line(name: string, value: Value): string {
  if (Buffer.isBuffer(value)) return `${name}:: ${value.toString('base64')}`;
  const text = String(value);
  // RFC 2849: only safe strings stand as they are.
  return /^[\x21-\x39\x3b\x3d-\x7e][\x20-\x7e]*$/.test(text) && !text.endsWith(' ')
    ? `${name}: ${text}`
    : `${name}:: ${Buffer.from(text).toString('base64')}`;
}
export function entry(dn: string, attributes: Readonly<Record<string, Value | readonly Value[] | undefined>>): string {
  const lines = Object.entries(attributes).flatMap(([name, value]) =>
    value === undefined ? [] : [value].flat().map((each) => line(name, each as Value)),
  );
  return `${[line('dn', dn), ...lines].join('\n')}\n\n`;
}

function salted(password: string, name: string): string {
  const salt = hash(name).subarray(0, 8);
  const digest = createHash('sha1').update(password).update(salt).digest();
  return `{SSHA}${Buffer.concat([digest, salt]).toString('base64')}`;
}

/** 1x1 pixels. */
export const pixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

export interface PersonEntry {
  readonly name: string;
  readonly userId: string;
  readonly ou: string;
  readonly mail?: string;
  readonly sip?: string;
  readonly disabled?: boolean;
  readonly photo?: Buffer;
  /** One for all by default. */
  readonly hash?: string;
}

const escapeDn = (text: string): string => text.replace(/[,+"\\<>;=]/g, (sign) => `\\${sign}`);
export const dnOf = ({ name, ou }: Pick<PersonEntry, 'name' | 'ou'>, base: string): string => `cn=${escapeDn(name)},ou=${ou},${base}`;

export function personEntry(person: PersonEntry, { base, domain }: Pick<TreeOptions, 'base' | 'domain'>): string {
  const { name, userId, mail = `${userId}@${domain}`, sip, photo } = person;
  const [given = name, ...rest] = name.split(' ');
  return entry(dnOf(person, base), {
    objectClass: ['top', 'person', 'organizationalPerson', 'inetOrgPerson', 'user'],
    cn: name,
    sn: rest.join(' ') || given,
    givenName: given,
    displayName: name,
    sAMAccountName: userId,
    uid: userId,
    userPrincipalName: `${userId}@${domain}`,
    mail: mail === '' ? undefined : mail,
    telephoneNumber: '+14085550100',
    department: 'Sales',
    title: 'Associate',
    userAccountControl: person.disabled === true ? 514 : 512,
    sAMAccountType: 805306368,
    objectGUID: hash(`guid ${userId}`).subarray(0, 16),
    'msRTCSIP-PrimaryUserAddress': sip,
    jpegPhoto: photo,
    userPassword: person.hash ?? salted(PASSWORD, userId),
  });
}

/** The tree as LDIF. */
export function tree(options: TreeOptions): string {
  const { base, crowd, domain } = options;
  const parts: string[] = [];
  parts.push(entry(base, { objectClass: ['dcObject', 'organization'], dc: /^dc=([^,]+)/.exec(base)?.[1] ?? '', o: 'Example' }));
  for (const ou of ['Staff', 'Crowd', 'Odd', 'Groups', 'Service Accounts'])
    parts.push(entry(`ou=${ou},${base}`, { objectClass: 'organizationalUnit', ou }));
  parts.push(
    entry(`cn=${SERVICE.name},ou=Service Accounts,${base}`, {
      objectClass: ['top', 'person', 'organizationalPerson', 'inetOrgPerson'],
      cn: SERVICE.name,
      sn: 'svc',
      userPassword: salted(SERVICE.password, 'svc'),
    }),
  );
  const people: PersonEntry[] = staff.map((userId) => ({
    name: `${userId[0]?.toUpperCase()}${userId.slice(1)} Test`,
    userId,
    ou: 'Staff',
    sip: `sip:${userId}@${domain}`,
    ...(userId === 'alice' ? { photo: pixel } : {}),
  }));
  const odd: PersonEntry[] = [
    { name: 'Comma, Person', userId: 'comma', ou: 'Odd' },
    { name: 'Star (Paren) *', userId: 'star(*)', ou: 'Odd' },
    { name: 'Ünïcödé Jürgen', userId: 'jürgen', ou: 'Odd' },
    { name: "Quote O'Neil", userId: "o'neil", ou: 'Odd' },
    { name: 'No Mail', userId: 'nomail', ou: 'Odd', mail: '' },
    { name: 'Dup One', userId: 'twin', ou: 'Odd' },
    { name: 'Dup Two', userId: 'TWIN', ou: 'Odd' },
    { name: 'Disabled Known', userId: 'disabled', ou: 'Odd', disabled: true },
  ];
  for (const person of [...people, ...odd]) parts.push(personEntry(person, options));
  const shared = salted(PASSWORD, 'crowd');
  for (let number = 1; number <= crowd; number++)
    parts.push(personEntry({ name: `Crowd Person ${number}`, userId: `u${number}`, ou: 'Crowd', hash: shared }, options));
  const group = (name: string, ...members: string[]) =>
    parts.push(
      entry(`cn=${name},ou=Groups,${base}`, {
        objectClass: ['top', 'group'],
        cn: name,
        member: members.map((userId) => dnOf(people.find((one) => one.userId === userId) ?? odd[0]!, base)),
      }),
    );
  group('Presence Administrators', 'alice');
  group('Presence Auditors', 'bob');
  // As Active Directory answers from its root.
  parts.push(
    entry(`cn=ForestDnsZones,${base}`, {
      objectClass: ['referral', 'extensibleObject'],
      cn: 'ForestDnsZones',
      ref: `ldap://ForestDnsZones.${domain}/dc=ForestDnsZones,${base}`,
    }),
  );
  return parts.join('');
}
