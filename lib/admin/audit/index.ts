import { z } from 'zod';
import { defineFaults } from '../../kernel/faults.ts';
import { ok, refuse } from '../../kernel/result.ts';
import { csvLine } from '../shared/csv.ts';
import { defineUseCase } from '../shared/define.ts';
import { download, instant, sliceOf } from '../shared/fields.ts';
import type { AuditQuery, AuditRecord, AuditStore } from '../shared/ports.ts';
import { exportAuditInput, findAuditInput, getAuditInput, verifyAuditInput } from './inputs.ts';

const auditFaults = defineFaults('audit', {
  missing: { kind: 'missing', message: 'There is no audit record {id}.' },
});

const auditRow = z.object({
  id: z.string(),
  at: instant,
  actor: z.string(),
  actorKind: z.string(),
  role: z.string(),
  address: z.string(),
  node: z.string(),
  action: z.string(),
  target: z.string(),
  targetKey: z.string(),
  before: z.unknown(),
  after: z.unknown(),
  result: z.enum(['done', 'refused', 'failed']),
  detail: z.string(),
  parentId: z.string().nullable(),
  hash: z.string(),
});

type Filter = Omit<AuditQuery, 'limit' | 'cursor'>;
/** Leaves out what was not asked for: the ports know no undefined. */
function filterOf(input: { [K in keyof Filter]?: Filter[K] | undefined }): Filter {
  const { search, actor, action, targetKey, result, since, until, parentId } = input;
  const asked = { search: search || undefined, actor, action, targetKey, result, since, until, parentId };
  return Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined)) as Filter;
}

const findAudit = defineUseCase({
  id: 'audit.find',
  title: 'Find audit records',
  summary: 'Who did what, when and from where, newest first.',
  may: 'audit.read',
  kind: 'read',
  input: findAuditInput,
  output: sliceOf(auditRow),
  rest: { method: 'GET', path: '/audit' },
  cli: {
    words: ['audit', 'list'],
    positionals: [{ field: 'search', name: 'SEARCH' }],
    table: { path: 'items', columns: ['at', 'actor', 'action', 'target', 'result', 'detail'] },
    examples: ['rollcall audit list --action user.delete', 'rollcall audit list anna --result refused'],
  },
  async run(input, { stores }) {
    const page = await stores.audit.find({
      ...filterOf(input),
      limit: input.limit,
      ...(input.cursor === undefined ? {} : { cursor: input.cursor }),
    });
    return ok({ items: [...page.items], next: page.nextCursor });
  },
});

const getAudit = defineUseCase({
  id: 'audit.get',
  title: 'Show an audit record',
  summary: 'One record with the values before and after.',
  may: 'audit.read',
  kind: 'read',
  input: getAuditInput,
  output: auditRow,
  rest: { method: 'GET', path: '/audit/{id}' },
  cli: { words: ['audit', 'show'], positionals: [{ field: 'id', name: 'ID' }] },
  async run(input, { stores }) {
    const record = await stores.audit.get(input.id);
    return record ? ok(record) : refuse(auditFaults.missing({ id: input.id }));
  },
});

const exportAudit = defineUseCase({
  id: 'audit.export',
  title: 'Export audit records',
  summary: 'Writes the records that match as CSV, or as JSON with one record a line, oldest first.',
  may: 'audit.export',
  audit: 'audit.export',
  kind: 'read',
  input: exportAuditInput,
  output: download,
  rest: { method: 'GET', path: '/audit/export', produces: 'text/csv' },
  cli: {
    words: ['audit', 'export'],
    examples: ['rollcall audit export > audit.csv', 'rollcall audit export --format json --action user.delete'],
  },
  async run(input, ctx) {
    const query = filterOf(input);
    ctx.audit({ target: 'Audit records', after: { format: input.format, filter: query } });
    return input.format === 'csv'
      ? ok({ fileName: 'audit.csv', mediaType: 'text/csv; charset=utf-8', chunks: csvLines(ctx.stores.audit, query) })
      : ok({ fileName: 'audit.jsonl', mediaType: 'application/jsonl', chunks: jsonLines(ctx.stores.audit, query) });
  },
});

const columns = [
  'id',
  'at',
  'node',
  'actor',
  'actorKind',
  'role',
  'address',
  'action',
  'target',
  'targetKey',
  'result',
  'detail',
  'before',
  'after',
  'hash',
] as const;
function cell(record: AuditRecord, column: (typeof columns)[number]): string {
  const value = record[column];
  if (column === 'at') return new Date(record.at).toISOString();
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}
async function* csvLines(store: AuditStore, query: Filter): AsyncIterable<string> {
  yield csvLine(columns);
  for await (const slice of store.each(query)) yield slice.map((record) => csvLine(columns.map((column) => cell(record, column)))).join('');
}
async function* jsonLines(store: AuditStore, query: Filter): AsyncIterable<string> {
  for await (const slice of store.each(query)) yield slice.map((record) => `${JSON.stringify(record)}\n`).join('');
}

const verifyAudit = defineUseCase({
  id: 'audit.verify',
  title: 'Verify the audit log',
  summary: 'Walks the chain of hashes of this node and tells the first record that was changed or is missing.',
  may: 'audit.read',
  kind: 'read',
  input: verifyAuditInput,
  output: z.object({ ok: z.boolean(), checked: z.int(), brokenAt: z.string().nullable(), says: z.string() }),
  rest: { method: 'GET', path: '/audit/verify' },
  cli: { words: ['audit', 'verify'] },
  async run(_input, { stores }) {
    const { ok: whole, checked, brokenAt } = await stores.audit.verify();
    return ok({
      ok: whole,
      checked,
      brokenAt,
      says: whole
        ? `All ${checked} records of this node fit.`
        : `The chain is broken at record ${brokenAt}: it, or one before it, was changed or removed.`,
    });
  },
});

/** The use cases of this area; the key is the verb in their id. */
export const audit = { find: findAudit, get: getAudit, export: exportAudit, verify: verifyAudit } as const;
