/** The configuration of a room as a form (XEP-0045 §10.2): out to owners, and back. Pure. */
import type { MucValues } from '../config/schema/index.ts';
import { parseJid } from '../kernel/jid.ts';
import type { Element } from '../xmpp/stanza/element.ts';
import type { StanzaFault } from '../xmpp/stanza/stanza.ts';
import { type FormField, formElement } from '../xmpp/xeps/xep-0004-forms.ts';
import { MUC_NS } from './names.ts';
import type { RoomConfig } from './ports.ts';

type Key = keyof RoomConfig;
type Values = readonly string[];

/** One field: how it is shown, and how what comes back is read. `undefined` from `read`: not a value of this field. */
interface ConfigField {
  readonly name: string;
  readonly key: Key;
  readonly type: NonNullable<FormField['type']>;
  readonly label: string;
  readonly options?: NonNullable<FormField['options']>;
  show(config: RoomConfig): Values;
  read(values: Values, config: RoomConfig): Partial<RoomConfig> | undefined;
}

const ROLES = [
  { value: 'moderator', label: 'Moderator' },
  { value: 'participant', label: 'Participant' },
  { value: 'visitor', label: 'Visitor' },
] as const;

const flag = (text: string | undefined): boolean | undefined =>
  text === '1' || text === 'true' ? true : text === '0' || text === 'false' ? false : undefined;

function bool(name: string, key: Key & { [K in Key]: RoomConfig[K] extends boolean ? K : never }[Key], label: string): ConfigField {
  return {
    name: `muc#roomconfig_${name}`,
    key,
    type: 'boolean',
    label,
    show: (config) => [config[key] ? '1' : '0'],
    read(values) {
      const value = flag(values[0]);
      return value === undefined ? undefined : { [key]: value };
    },
  };
}

function text(name: string, key: 'title' | 'description' | 'lang', label: string, max: number): ConfigField {
  return {
    name: `muc#roomconfig_${name}`,
    key,
    type: 'text-single',
    label,
    show: (config) => [config[key]],
    read(values) {
      const value = values[0] ?? '';
      return value.length > max ? undefined : { [key]: value };
    },
  };
}

function choice<K extends 'whois' | 'allowPrivateMessages' | 'changeSubject'>(
  name: string,
  key: K,
  label: string,
  options: readonly { readonly value: RoomConfig[K]; readonly label: string }[],
): ConfigField {
  return {
    name: `muc#roomconfig_${name}`,
    key,
    type: 'list-single',
    label,
    options,
    show: (config) => [config[key]],
    read(values) {
      const chosen = options.find(({ value }) => value === values[0]);
      return chosen === undefined ? undefined : { [key]: chosen.value };
    },
  };
}

const fields: readonly ConfigField[] = [
  text('roomname', 'title', 'Name', 256),
  text('roomdesc', 'description', 'Description', 2048),
  text('lang', 'lang', 'Language', 35),
  bool('persistentroom', 'persistent', 'The room stays when everybody has left'),
  bool('publicroom', 'isPublic', 'Everybody finds the room'),
  bool('membersonly', 'membersOnly', 'Only members enter'),
  bool('moderatedroom', 'moderated', 'Newcomers need voice to speak'),
  {
    name: 'muc#roomconfig_passwordprotectedroom',
    key: 'password',
    type: 'boolean',
    label: 'A password is needed to enter',
    show: (config) => [config.password === null ? '0' : '1'],
    read(values, config) {
      const value = flag(values[0]);
      if (value === undefined) return undefined;
      // Without the password itself, which is read by the field after this one.
      return { password: value ? (config.password ?? '') : null };
    },
  },
  {
    name: 'muc#roomconfig_roomsecret',
    key: 'password',
    type: 'text-private',
    label: 'Password',
    show: (config) => [config.password ?? ''],
    read(values, config) {
      const value = values[0] ?? '';
      if (value.length > 1023) return undefined;
      return { password: config.password === null ? null : value };
    },
  },
  choice('whois', 'whois', 'Who sees the addresses behind nicknames', [
    { value: 'moderators', label: 'Moderators' },
    { value: 'anyone', label: 'Everybody' },
  ]),
  {
    name: 'muc#roomconfig_maxusers',
    key: 'maxOccupants',
    type: 'list-single',
    label: 'Most people at one time',
    show: (config) => [config.maxOccupants === 0 ? 'none' : String(config.maxOccupants)],
    read(values) {
      const value = values[0] ?? '';
      if (value === 'none' || value === '') return { maxOccupants: 0 };
      return /^\d{1,6}$/.test(value) && Number(value) > 0 ? { maxOccupants: Number(value) } : undefined;
    },
  },
  bool('allowinvites', 'allowInvites', 'Everybody can invite others'),
  choice('allowpm', 'allowPrivateMessages', 'Who may send private messages', [
    { value: 'anyone', label: 'Everybody' },
    { value: 'participants', label: 'Those with voice' },
    { value: 'moderators', label: 'Moderators' },
    { value: 'none', label: 'Nobody' },
  ]),
  {
    name: 'muc#roomconfig_changesubject',
    key: 'changeSubject',
    type: 'boolean',
    label: 'Everybody with voice can change the subject',
    show: (config) => [config.changeSubject === 'participants' ? '1' : '0'],
    read(values) {
      const value = flag(values[0]);
      return value === undefined ? undefined : { changeSubject: value ? 'participants' : 'moderators' };
    },
  },
  {
    name: 'muc#roomconfig_presencebroadcast',
    key: 'presenceBroadcast',
    type: 'list-multi',
    label: 'Whose presence is told to others',
    options: ROLES,
    show: (config) => config.presenceBroadcast,
    read(values) {
      const roles = ROLES.map(({ value }) => value).filter((role) => values.includes(role));
      return values.every((value) => ROLES.some((role) => role.value === value)) ? { presenceBroadcast: roles } : undefined;
    },
  },
  {
    name: 'muc#roomconfig_getmemberlist',
    key: 'memberList',
    type: 'list-multi',
    label: 'Who may read the list of members',
    options: ROLES,
    show: ({ memberList }) =>
      memberList === 'moderators'
        ? ['moderator']
        : memberList === 'participants'
          ? ['moderator', 'participant']
          : ROLES.map(({ value }) => value),
    read(values) {
      if (!values.every((value) => ROLES.some((role) => role.value === value))) return undefined;
      return { memberList: values.includes('visitor') ? 'anyone' : values.includes('participant') ? 'participants' : 'moderators' };
    },
  },
  bool('allowregister', 'allowRegistration', 'People can make themselves members'),
  bool('enablearchiving', 'archived', 'Messages of a persistent room are kept'),
  bool('allowvisitornickchange', 'visitorsMayChangeNick', 'Visitors can change their nickname'),
  bool('allowvisitorstatus', 'visitorsMaySendStatus', 'Visitors can change their status'),
  bool('allowvoicerequests', 'voiceRequests', 'Visitors can ask for voice'),
  bool('moderatemessages', 'mayModerateMessages', 'Moderators can take back messages'),
];

/** Names by which other servers' clients know some fields. */
const ALIASES: Readonly<Record<string, string>> = {
  'muc#roomconfig_enablelogging': 'muc#roomconfig_enablearchiving',
  mam: 'muc#roomconfig_enablearchiving',
};

/** Which settings keep owners from changing what. */
const OWNERS_MAY: Partial<Record<Key, keyof MucValues>> = {
  isPublic: 'ownersMayChangePublic',
  membersOnly: 'ownersMayChangeMembersOnly',
  moderated: 'ownersMayChangeModerated',
  whois: 'ownersMayChangeAnonymous',
  allowInvites: 'ownersMayChangeInvites',
  allowRegistration: 'ownersMayChangeRegistration',
  allowPrivateMessages: 'ownersMayChangePrivateMessages',
  changeSubject: 'ownersMayChangeSubject',
  maxOccupants: 'ownersMayChangeMaxOccupants',
  archived: 'ownersMayChangeArchived',
};

export const mayChange = (key: Key, values: MucValues, isAdministrator: boolean): boolean => {
  const setting = OWNERS_MAY[key];
  return isAdministrator || setting === undefined || values[setting] === true;
};

const sizes = (limit: number, now: number): NonNullable<FormField['options']> =>
  [...new Set([10, 20, 50, 100, 200, 500, 1000, limit, ...(now === 0 ? [] : [now])])]
    .filter((size) => size <= limit)
    .sort((a, b) => a - b)
    .map((size) => ({ value: String(size), label: String(size) }))
    .concat([{ value: 'none', label: 'The limit of the server' }]);

/** For an owner: what they may change, as it stands. */
export function configForm(
  config: RoomConfig,
  people: { owners: Values; admins: Values },
  values: MucValues,
  isAdministrator: boolean,
): Element {
  const shown: FormField[] = [];
  for (const { name, key, type, label, options, show } of fields) {
    if (!mayChange(key, values, isAdministrator)) continue;
    const field: FormField = { name, type, label, values: show(config) };
    shown.push(
      key === 'maxOccupants'
        ? { ...field, options: sizes(values.maxOccupants, config.maxOccupants) }
        : options
          ? { ...field, options }
          : field,
    );
  }
  shown.push(
    { name: 'muc#roomconfig_roomadmins', type: 'jid-multi', label: 'Administrators', values: people.admins },
    { name: 'muc#roomconfig_roomowners', type: 'jid-multi', label: 'Owners', values: people.owners },
  );
  return formElement('form', MUC_NS.roomConfig, shown, {
    title: 'Configuration of the room',
    instructions: 'Fill in what should be different and send the form.',
  });
}

export interface ConfigWish {
  readonly config: RoomConfig;
  /** Bare addresses; undefined: the list stays. */
  readonly admins?: readonly string[];
  readonly owners?: readonly string[];
}

const bad = (label: string): { fault: StanzaFault } => ({
  fault: { condition: 'not-acceptable', type: 'modify', text: `"${label}" has a value that is not possible. Nothing was changed.` },
});

function addresses(values: Values): readonly string[] | null {
  const bares = new Set<string>();
  for (const value of values) {
    if (value.trim() === '') continue;
    const jid = parseJid(value.trim());
    if (jid === null || jid.local === '') return null;
    bares.add(jid.bare);
  }
  return [...bares];
}

/** Reads a submitted form over what the room has now. What is not named stays; what is not known is passed over (XEP-0004 §3.2). */
export function readConfig(
  submitted: ReadonlyMap<string, Values>,
  now: RoomConfig,
  values: MucValues,
  isAdministrator: boolean,
): ConfigWish | { readonly fault: StanzaFault } {
  const named = new Map<string, Values>();
  for (const [name, given] of submitted) named.set(ALIASES[name] ?? name, given);
  let config = now;
  for (const field of fields) {
    const given = named.get(field.name);
    if (given === undefined) continue;
    const change = field.read(given, config);
    if (change === undefined) return bad(field.label);
    const next = { ...config, ...change };
    if (!same(next[field.key], config[field.key]) && !mayChange(field.key, values, isAdministrator))
      return { fault: { condition: 'not-allowed', text: `Owners may not change "${field.label}" on this server. Nothing was changed.` } };
    config = next;
  }
  // §10.2: protected without a password, or with an empty one.
  if (config.password === '') return bad('Password');
  if (config.maxOccupants > values.maxOccupants) config = { ...config, maxOccupants: values.maxOccupants };
  const admins = named.get('muc#roomconfig_roomadmins');
  const owners = named.get('muc#roomconfig_roomowners');
  const adminList = admins === undefined ? undefined : addresses(admins);
  const ownerList = owners === undefined ? undefined : addresses(owners);
  if (adminList === null) return bad('Administrators');
  if (ownerList === null) return bad('Owners');
  return {
    config,
    ...(adminList === undefined ? {} : { admins: adminList }),
    ...(ownerList === undefined ? {} : { owners: ownerList }),
  };
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** What people inside are told of a change (§10.2.1). */
export function configCodes(was: RoomConfig, now: RoomConfig, wasArchived: boolean, isArchived: boolean): number[] {
  const codes: number[] = [];
  if (wasArchived !== isArchived) codes.push(isArchived ? 170 : 171);
  if (was.whois !== now.whois) codes.push(now.whois === 'anyone' ? 172 : 173);
  const others = (Object.keys(now) as Key[]).some((key) => key !== 'whois' && key !== 'archived' && !same(was[key], now[key]));
  if (others) codes.unshift(104);
  return codes;
}
