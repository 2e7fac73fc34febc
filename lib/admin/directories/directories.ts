import { X509Certificate } from 'node:crypto';
import { z } from 'zod';
import type { Fault } from '../../kernel/faults.ts';
import { sortableId } from '../../kernel/ids.ts';
import { ok, type Result, refuse } from '../../kernel/result.ts';
import { dnProblem, filterProblem, testDirectory, usualAttributes, usualFilter } from '../../ldap/index.ts';
import type { AttributeMap, Directory, DirectoryServer, GroupRole } from '../../ldap/ports.ts';
import { refuseRole } from '../security/role-guard.ts';
import { defineUseCase } from '../shared/define.ts';
import { invalidFields } from '../shared/problems.ts';
import { directoryFaults } from './faults.ts';
import {
  addDirectoryInput,
  deleteDirectoryInput,
  getDirectoryInput,
  listDirectoriesInput,
  testDirectoryInput,
  updateDirectoryInput,
} from './inputs.ts';
import { directoryView, testView } from './outputs.ts';
import { auditedDirectory, type Context, counted, findDirectory, presentDirectory } from './view.ts';

const target = ({ id, name }: Pick<Directory, 'id' | 'name'>) => ({ target: name, targetKey: `directory:${id}` });
const announce = (ctx: Context, id: string, what: 'added' | 'updated' | 'removed') =>
  ctx.afterCommit(() => ctx.deps.events.emit('directory.changed', { directoryId: id, what, by: ctx.viewer.name }));

/** `[::1]:636` and `ldap.example.com:636`; null for a port that is none. */
function serverOf(text: string): DirectoryServer | null {
  const at = text.lastIndexOf(':');
  const port = Number(text.slice(at + 1));
  const host = text.slice(0, at).replace(/^\[|\]$/g, '');
  return port >= 1 && port <= 65_535 && host !== '' ? { host: host.toLowerCase(), port } : null;
}
function groupOf(text: string): GroupRole {
  const at = text.indexOf('=');
  return { role: text.slice(0, at), group: text.slice(at + 1) };
}

/** Null when every block is a certificate. */
function authoritiesProblem(pem: string): string | null {
  if (pem === '') return null;
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0 || blocks.length > 100) return 'Paste the certificates as PEM, from BEGIN CERTIFICATE to END CERTIFICATE.';
  if (/PRIVATE KEY/.test(pem)) return 'This holds a private key. Only the certificates of the authorities belong here.';
  for (const block of blocks) {
    try {
      new X509Certificate(block);
    } catch {
      return 'One of the certificates cannot be read.';
    }
  }
  return null;
}

type Given = Partial<
  Pick<
    z.output<typeof updateDirectoryInput>,
    'servers' | 'caPem' | 'bindDn' | 'base' | 'filter' | 'groups' | 'nameAttribute' | 'userIdAttribute'
  >
>;
function problemsOf(given: Given): Record<string, string> {
  const problems: Record<string, string> = {};
  const note = (field: string, problem: string | null) => {
    if (problem !== null) problems[field] = problem;
  };
  for (const [at, text] of (given.servers ?? []).entries())
    note(`servers.${at}`, serverOf(text) === null ? 'The port must be from 1 to 65535.' : null);
  note('caPem', authoritiesProblem(given.caPem ?? ''));
  if (given.bindDn) note('bindDn', dnProblem(given.bindDn));
  if (given.base !== undefined) note('base', dnProblem(given.base));
  if (given.filter !== undefined) note('filter', filterProblem(given.filter));
  for (const [at, text] of (given.groups ?? []).entries()) note(`groups.${at}`, dnProblem(groupOf(text).group));
  return problems;
}

/** Nobody gives a role by a group that he could not give by hand. */
async function refuseGroups(ctx: Context, groups: readonly GroupRole[], was: readonly GroupRole[]): Promise<Fault | null> {
  for (const { group, role } of groups) {
    if (was.some((old) => old.group === group && old.role === role)) continue;
    const refused = await refuseRole(ctx, role);
    if (refused !== null) return refused;
  }
  return null;
}

/** Who the people of a directory are, and who answers for it: whoever may change one of these decides who is in its groups. */
const decisive = ({ servers, security, caPem, bindDn, base, filter, kind, enabled, attributes }: Directory): string =>
  JSON.stringify([
    servers.map(({ host, port }) => `${host}:${port}`),
    [security, caPem, bindDn, base, filter, kind, enabled, attributes.userId, attributes.control],
  ]);

const attributeNames = {
  keyAttribute: 'key',
  userIdAttribute: 'userId',
  nameAttribute: 'name',
  mailAttribute: 'mail',
  uriAttribute: 'uri',
  phoneAttribute: 'phone',
  departmentAttribute: 'department',
  titleAttribute: 'title',
  photoAttribute: 'photo',
  controlAttribute: 'control',
} as const satisfies Record<string, keyof AttributeMap>;
type AttributeInput = Partial<Record<keyof typeof attributeNames, string | undefined>>;
const attributesFrom = (input: AttributeInput, was: AttributeMap): AttributeMap => {
  const given = Object.entries(attributeNames).flatMap(([field, name]) => {
    const value = input[field as keyof typeof attributeNames];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...was, ...Object.fromEntries(given) };
};

export const listDirectories = defineUseCase({
  id: 'directories.list',
  title: 'List directories',
  summary: 'Directories (LDAP) that people come from, with the state of their servers.',
  may: 'directories.read',
  kind: 'read',
  input: listDirectoriesInput,
  output: z.object({ items: z.array(directoryView) }),
  rest: { method: 'GET', path: '/directories' },
  cli: {
    words: ['ldap', 'list'],
    table: { path: 'items', columns: ['name', 'enabled', 'kind', 'security', 'base', 'agreements', 'people'] },
  },
  async run(_input, { stores, deps }) {
    const counts = await counted(stores);
    return ok({ items: (await stores.directories.list()).map((row) => presentDirectory(row, deps, counts)) });
  },
});

export const getDirectory = defineUseCase({
  id: 'directories.get',
  title: 'Show a directory',
  summary: 'One directory with its servers, attributes and what it is used for. Its password is never shown.',
  may: 'directories.read',
  kind: 'read',
  input: getDirectoryInput,
  output: directoryView,
  rest: { method: 'GET', path: '/directories/{directory}' },
  cli: { words: ['ldap', 'show'], positionals: [{ field: 'directory', name: 'DIRECTORY' }] },
  async run({ directory }, ctx) {
    const found = await findDirectory(ctx, directory);
    return found.ok ? ok(presentDirectory(found.value, ctx.deps, await counted(ctx.stores))) : found;
  },
});

export const addDirectory = defineUseCase({
  id: 'directories.add',
  title: 'Add a directory',
  summary: 'Connects a directory (LDAP). Filter and attributes that are left out are the usual ones of its kind.',
  may: 'directories.write',
  audit: 'directory.add',
  kind: 'change',
  input: addDirectoryInput,
  output: directoryView,
  rest: { method: 'POST', path: '/directories', status: 201 },
  cli: {
    words: ['ldap', 'add'],
    positionals: [{ field: 'name', name: 'NAME' }],
    flags: { caPem: { flag: 'ca-file', help: 'File with the certificates (PEM) of the authorities', file: true } },
    examples: [
      'rollcall ldap add "Head office" --servers dc1.example.com:636 --servers dc2.example.com:636 --base dc=example,dc=com --bind-dn "cn=presence,ou=Services,dc=example,dc=com" --bind-password -',
    ],
  },
  async run(input, ctx) {
    ctx.audit({ target: input.name });
    const { servers, groups, kind, filter, bindPassword, ...rest } = input;
    const problems = problemsOf({ ...rest, servers, groups, ...(filter === undefined ? {} : { filter }) });
    if (Object.keys(problems).length > 0) return refuse(invalidFields(problems));
    const roles = groups.map(groupOf);
    const refused = await refuseGroups(ctx, roles, []);
    if (refused !== null) return refuse(refused);
    const row: Directory = {
      ...pickPlain(rest),
      id: sortableId(),
      kind,
      filter: filter ?? usualFilter[kind],
      servers: servers.flatMap((text) => serverOf(text) ?? []),
      attributes: attributesFrom(input, usualAttributes[kind]),
      groups: roles,
      sealedPassword: bindPassword === undefined ? '' : ctx.deps.directorySecrets.seal(bindPassword),
      createdAt: ctx.deps.clock.now(),
      version: 1,
    };
    ctx.audit({ ...target(row), after: auditedDirectory(row) });
    if ((await ctx.stores.directories.add(row)) === 'taken')
      return refuse(directoryFaults.taken({ name: row.name }, { fields: { name: 'This name is taken.' } }));
    announce(ctx, row.id, 'added');
    return ok(presentDirectory(row, ctx.deps, await counted(ctx.stores)));
  },
});

/** The fields that are stored as they are given. */
const pickPlain = ({
  name,
  enabled,
  security,
  caPem,
  bindDn,
  base,
  connectTimeoutMs,
  operationTimeoutMs,
  pageSize,
  maxBinds,
  rememberMinutes,
  signIn,
  search,
  cards,
}: Omit<z.output<typeof addDirectoryInput>, 'servers' | 'groups' | 'kind' | 'filter' | 'bindPassword'>) => ({
  name,
  enabled,
  security,
  caPem,
  bindDn,
  base,
  connectTimeoutMs,
  operationTimeoutMs,
  pageSize,
  maxBinds,
  rememberMinutes,
  signIn,
  search,
  cards,
});

/** Whoever may change a directory must not learn its password by pointing it at a server of his own. */
function needsPasswordAgain(was: Directory, now: Directory): boolean {
  if (was.sealedPassword === '' || now.bindDn === '') return false;
  const known = new Set(was.servers.map(({ host, port }) => `${host}:${port}`));
  const isNewServer = now.servers.some(({ host, port }) => !known.has(`${host}:${port}`));
  const isWeaker = was.security !== 'none' && now.security === 'none';
  return isNewServer || isWeaker || now.caPem !== was.caPem || now.bindDn !== was.bindDn;
}

export const updateDirectory = defineUseCase({
  id: 'directories.update',
  title: 'Change a directory',
  summary: 'Changes what is given and applies it at once. New servers, authorities or bind DNs need the password again.',
  may: 'directories.write',
  audit: 'directory.update',
  kind: 'change',
  input: updateDirectoryInput,
  output: directoryView,
  rest: { method: 'PATCH', path: '/directories/{directory}' },
  cli: {
    words: ['ldap', 'update'],
    positionals: [{ field: 'directory', name: 'DIRECTORY' }],
    flags: { caPem: { flag: 'ca-file', help: 'File with the certificates (PEM) of the authorities', file: true } },
  },
  async run(input, ctx) {
    ctx.audit({ target: input.directory });
    const found = await findDirectory(ctx, input.directory);
    if (!found.ok) return found;
    const was = found.value;
    ctx.audit(target(was));
    const { directory: _, version, servers, groups, bindPassword, ...given } = input;
    const problems = problemsOf({ ...given, ...(servers === undefined ? {} : { servers }), ...(groups === undefined ? {} : { groups }) });
    if (Object.keys(problems).length > 0) return refuse(invalidFields(problems));
    const plain = Object.fromEntries(
      Object.entries(given).filter(([field, value]) => value !== undefined && !Object.hasOwn(attributeNames, field)),
    ) as Partial<Directory>;
    const roles = groups?.map(groupOf) ?? was.groups;
    const patch: Partial<Omit<Directory, 'id' | 'createdAt' | 'version'>> = {
      ...plain,
      ...(servers === undefined ? {} : { servers: servers.flatMap((text) => serverOf(text) ?? []) }),
      groups: roles,
      attributes: attributesFrom(given, was.attributes),
    };
    const next: Directory = { ...was, ...patch };
    const refused = await refuseGroups(ctx, roles, decisive(next) === decisive(was) ? was.groups : []);
    if (refused !== null) return refuse(refused);
    const password =
      next.bindDn === '' ? '' : bindPassword === undefined ? was.sealedPassword : ctx.deps.directorySecrets.seal(bindPassword);
    if (bindPassword === undefined && needsPasswordAgain(was, next))
      return refuse(directoryFaults.passwordAgain({}, { fields: { bindPassword: 'Enter the password again.' } }));
    const saved = await ctx.stores.directories.update(was.id, { ...patch, sealedPassword: password }, version);
    if (saved === null) return refuse(directoryFaults.missing({ directory: input.directory }));
    if (saved === 'conflict') return refuse(directoryFaults.conflict({ name: was.name }));
    if (saved === 'taken') return refuse(directoryFaults.taken({ name: next.name }, { fields: { name: 'This name is taken.' } }));
    ctx.audit({
      before: auditedDirectory(was),
      after: { ...auditedDirectory(saved), ...(bindPassword === undefined ? {} : { password: 'changed' }) },
    });
    announce(ctx, was.id, 'updated');
    return ok(presentDirectory(saved, ctx.deps, await counted(ctx.stores)));
  },
});

export const deleteDirectory = defineUseCase({
  id: 'directories.delete',
  title: 'Remove a directory',
  summary:
    'Forgets a directory and its agreements. The accounts that came from it stay, without a password, and are changed here from then on.',
  may: 'directories.write',
  audit: 'directory.delete',
  kind: 'change',
  input: deleteDirectoryInput,
  output: z.object({ name: z.string() }),
  rest: { method: 'DELETE', path: '/directories/{directory}' },
  cli: { words: ['ldap', 'remove'], positionals: [{ field: 'directory', name: 'DIRECTORY' }] },
  async run({ directory }, ctx) {
    ctx.audit({ target: directory });
    const found = await findDirectory(ctx, directory);
    if (!found.ok) return found;
    ctx.audit({ ...target(found.value), before: auditedDirectory(found.value) });
    await ctx.stores.directories.remove(found.value.id);
    announce(ctx, found.value.id, 'removed');
    return ok({ name: found.value.name });
  },
});

export const test = defineUseCase({
  id: 'directories.test',
  title: 'Test a directory',
  summary:
    'Goes each step to every server (name, connection, TLS, bind, search, and a user where one is given) and tells its time and what came of it.',
  may: 'directories.write',
  audit: 'directory.test',
  kind: 'effect',
  input: testDirectoryInput,
  output: testView,
  rest: { method: 'POST', path: '/directories/{directory}/test' },
  cli: {
    words: ['ldap', 'test'],
    table: { path: 'steps', columns: ['server', 'step', 'ok', 'ms', 'says'] },
    positionals: [{ field: 'directory', name: 'DIRECTORY' }],
    examples: ['rollcall ldap test "Head office" --user-id anna --password -'],
  },
  async run({ directory, userId, password }, ctx): Promise<Result<z.input<typeof testView>, Fault>> {
    ctx.audit({ target: directory });
    const found = await findDirectory(ctx, directory);
    if (!found.ok) return found;
    ctx.audit({ ...target(found.value), ...(userId === '' ? {} : { after: { userId } }) });
    const secret = found.value.sealedPassword === '' ? '' : (ctx.deps.directorySecrets.open(found.value.sealedPassword) ?? '');
    const servers = await testDirectory(found.value, secret, userId === '' ? null : { userId, password: password ?? '' });
    return ok({
      steps: servers.flatMap(({ host, port, steps }) => steps.map((step) => ({ server: `${host}:${port}`, ...step }))),
      servers: servers.map(({ steps, person, ...server }) => ({
        ...server,
        ok: steps.every((step) => step.ok),
        steps: [...steps],
        person: person === null ? null : shownPerson(person),
      })),
    });
  },
});

const shownPerson = ({ key: _, ...person }: import('../../ldap/ports.ts').DirectoryPerson) => person;
