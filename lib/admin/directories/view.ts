import { createHash } from 'node:crypto';
import type { Fault } from '../../kernel/faults.ts';
import { ok, type Result, refuse } from '../../kernel/result.ts';
import type { Agreement, Directory, SyncRun } from '../../ldap/ports.ts';
import type { AdminDeps } from '../shared/define.ts';
import type { AdminStores } from '../shared/ports.ts';
import type { UseCaseContext } from '../shared/use-case.ts';
import { directoryFaults } from './faults.ts';
import type { AgreementView, DirectoryView, RunView } from './outputs.ts';

export type Context = UseCaseContext<AdminDeps>;

export interface Counted {
  readonly agreements: readonly Agreement[];
  readonly people: ReadonlyMap<string, { readonly people: number; readonly gone: number }>;
}
export async function counted(stores: AdminStores): Promise<Counted> {
  const [agreements, linked] = await Promise.all([stores.directories.agreements(), stores.directories.countLinked()]);
  return { agreements, people: new Map(linked.map((row) => [row.agreementId, row])) };
}

export function presentDirectory(row: Directory, deps: AdminDeps, { agreements, people }: Counted): DirectoryView {
  const { servers, sealedPassword, attributes, groups, ...rest } = row;
  const states = deps.directories.states(row.id);
  const own = agreements.filter(({ directoryId }) => directoryId === row.id);
  return {
    ...rest,
    servers: servers.map((server, at) => {
      const live = states[at];
      return { ...server, state: live?.state ?? 'unused', since: live?.since ?? null, why: live?.why ?? '' };
    }),
    hasPassword: sealedPassword !== '',
    ...attributesView(attributes),
    groups: groups.map(({ group, role }) => `${role}=${group}`),
    agreements: own.length,
    people: own.reduce((sum, { id }) => sum + (people.get(id)?.people ?? 0), 0),
  };
}

const attributesView = (map: Directory['attributes']) => ({
  keyAttribute: map.key,
  userIdAttribute: map.userId,
  nameAttribute: map.name,
  mailAttribute: map.mail,
  uriAttribute: map.uri,
  phoneAttribute: map.phone,
  departmentAttribute: map.department,
  titleAttribute: map.title,
  photoAttribute: map.photo,
  controlAttribute: map.control,
});

export const presentRun = ({ agreementId, changes, ...run }: SyncRun): RunView => ({
  ...run,
  agreement: agreementId,
  changes: [...changes],
});

export function presentAgreement(
  row: Agreement,
  directories: readonly Directory[],
  { people }: Counted,
  last: SyncRun | undefined,
): AgreementView {
  const { nextAt, ...rest } = row;
  const run = last === undefined ? null : presentRun(last);
  return {
    ...rest,
    directory: directories.find(({ id }) => id === row.directoryId)?.name ?? '',
    nextAt: nextAt === 0 || !row.enabled || row.everyMinutes === 0 ? null : nextAt,
    people: people.get(row.id)?.people ?? 0,
    gone: people.get(row.id)?.gone ?? 0,
    last: run === null ? null : withoutChanges(run),
  };
}
const withoutChanges = ({ changes: _, ...run }: RunView) => run;

const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();
export async function findDirectory(ctx: Context, text: string): Promise<Result<Directory, Fault>> {
  const rows = await ctx.stores.directories.list();
  const row = rows.find(({ id }) => id === text) ?? rows.find(({ name }) => same(name, text));
  return row ? ok(row) : refuse(directoryFaults.missing({ directory: text }));
}
export async function findAgreement(ctx: Context, text: string): Promise<Result<Agreement, Fault>> {
  const rows = await ctx.stores.directories.agreements();
  const row = rows.find(({ id }) => id === text) ?? rows.find(({ name }) => same(name, text));
  return row ? ok(row) : refuse(directoryFaults.noAgreement({ agreement: text }));
}

/** What the audit log keeps of a directory. */
export const auditedDirectory = ({ sealedPassword, caPem, createdAt: _, version: __, ...row }: Directory) => ({
  ...row,
  password: sealedPassword === '' ? 'none' : 'set',
  authorities: caPem === '' ? 'public' : createHash('sha256').update(caPem).digest('hex').slice(0, 16),
});
