import { z } from 'zod';
import { readDomain } from '../../directory/index.ts';
import type { Fault } from '../../kernel/faults.ts';
import { sortableId } from '../../kernel/ids.ts';
import { ok, type Result, refuse } from '../../kernel/result.ts';
import { dnProblem, filterProblem } from '../../ldap/index.ts';
import type { Agreement } from '../../ldap/ports.ts';
import { jobRow, presentJob } from '../jobs/outputs.ts';
import { defineUseCase } from '../shared/define.ts';
import { invalidFields } from '../shared/problems.ts';
import { directoryFaults } from './faults.ts';
import {
  addAgreementInput,
  deleteAgreementInput,
  getAgreementInput,
  getRunInput,
  listAgreementsInput,
  listRunsInput,
  syncAgreementInput,
  updateAgreementInput,
} from './inputs.ts';
import { agreementView, runView } from './outputs.ts';
import { syncWork } from './sync-work.ts';
import { type Context, counted, findAgreement, findDirectory, presentAgreement, presentRun } from './view.ts';

const target = ({ id, name }: Pick<Agreement, 'id' | 'name'>) => ({ target: name, targetKey: `agreement:${id}` });
const MINUTE_MS = 60_000;
const announce = (ctx: Context, directoryId: string) =>
  ctx.afterCommit(() => ctx.deps.events.emit('directory.changed', { directoryId, what: 'agreements', by: ctx.viewer.name }));

function problemsOf({ base, filter, domain }: { base?: string | undefined; filter?: string | undefined; domain?: string | undefined }) {
  const problems: Record<string, string> = {};
  const note = (field: string, problem: string | null | undefined) => {
    if (problem) problems[field] = problem;
  };
  if (base) note('base', dnProblem(base));
  if (filter) note('filter', filterProblem(filter));
  if (domain) {
    const read = readDomain(domain);
    if (!read.ok) note('domain', read.fault.fields?.domain ?? read.fault.message);
  }
  return problems;
}
const prepared = (domain: string): string => {
  const read = readDomain(domain);
  return read.ok ? read.value : domain;
};

async function present(ctx: Context, row: Agreement) {
  const [directories, counts, runs] = await Promise.all([
    ctx.stores.directories.list(),
    counted(ctx.stores),
    ctx.stores.directories.runs(row.id, 1),
  ]);
  return presentAgreement(row, directories, counts, runs[0]);
}

export const listAgreements = defineUseCase({
  id: 'directories.listAgreements',
  title: 'List agreements',
  summary: 'Which people of which directory get accounts, how often that is done, and how it went last.',
  may: 'directories.read',
  kind: 'read',
  input: listAgreementsInput,
  output: z.object({ items: z.array(agreementView) }),
  rest: { method: 'GET', path: '/directory-agreements' },
  cli: {
    words: ['ldap', 'agreements'],
    table: { path: 'items', columns: ['name', 'directory', 'enabled', 'everyMinutes', 'people', 'gone'] },
  },
  async run({ directory }, ctx) {
    const only = directory === undefined ? null : await findDirectory(ctx, directory);
    if (only?.ok === false) return only;
    const [directories, counts, runs] = await Promise.all([
      ctx.stores.directories.list(),
      counted(ctx.stores),
      ctx.stores.directories.lastRuns(),
    ]);
    const rows = counts.agreements.filter(({ directoryId }) => only === null || directoryId === only.value.id);
    return ok({
      items: rows.map((row) =>
        presentAgreement(
          row,
          directories,
          counts,
          runs.find(({ agreementId }) => agreementId === row.id),
        ),
      ),
    });
  },
});

export const getAgreement = defineUseCase({
  id: 'directories.getAgreement',
  title: 'Show an agreement',
  summary: 'One agreement, with the people who came by it and its last run.',
  may: 'directories.read',
  kind: 'read',
  input: getAgreementInput,
  output: agreementView,
  rest: { method: 'GET', path: '/directory-agreements/{agreement}' },
  cli: { words: ['ldap', 'agreement'], positionals: [{ field: 'agreement', name: 'AGREEMENT' }] },
  async run({ agreement }, ctx) {
    const found = await findAgreement(ctx, agreement);
    return found.ok ? ok(await present(ctx, found.value)) : found;
  },
});

export const addAgreement = defineUseCase({
  id: 'directories.addAgreement',
  title: 'Add an agreement',
  summary: 'People of a directory get accounts, and keep them up to date by schedule.',
  may: 'directories.write',
  audit: 'agreement.add',
  kind: 'change',
  input: addAgreementInput,
  output: agreementView,
  rest: { method: 'POST', path: '/directory-agreements', status: 201 },
  cli: {
    words: ['ldap', 'agree'],
    positionals: [
      { field: 'directory', name: 'DIRECTORY' },
      { field: 'name', name: 'NAME' },
    ],
    examples: ['rollcall ldap agree "Head office" Staff --base ou=People,dc=example,dc=com --every-minutes 60'],
  },
  async run({ directory, ...input }, ctx) {
    ctx.audit({ target: input.name });
    const found = await findDirectory(ctx, directory);
    if (!found.ok) return found;
    const problems = problemsOf(input);
    if (Object.keys(problems).length > 0) return refuse(invalidFields(problems));
    const now = ctx.deps.clock.now();
    const row: Agreement = {
      ...input,
      id: sortableId(),
      directoryId: found.value.id,
      domain: input.domain === '' ? '' : prepared(input.domain),
      // The first run is a person's decision: a trial shows what it would do.
      nextAt: now + Math.max(5, input.everyMinutes) * MINUTE_MS,
      createdAt: now,
      version: 1,
    };
    ctx.audit({ ...target(row), after: { ...input, directory: found.value.name } });
    if ((await ctx.stores.directories.addAgreement(row)) === 'taken')
      return refuse(directoryFaults.agreementTaken({ name: row.name }, { fields: { name: 'This name is taken.' } }));
    announce(ctx, row.directoryId);
    return ok(await present(ctx, row));
  },
});

export const updateAgreement = defineUseCase({
  id: 'directories.updateAgreement',
  title: 'Change an agreement',
  summary: 'Changes what is given. The next run applies it.',
  may: 'directories.write',
  audit: 'agreement.update',
  kind: 'change',
  input: updateAgreementInput,
  output: agreementView,
  rest: { method: 'PATCH', path: '/directory-agreements/{agreement}' },
  cli: { words: ['ldap', 'update-agreement'], positionals: [{ field: 'agreement', name: 'AGREEMENT' }] },
  async run({ agreement, version, ...input }, ctx): Promise<Result<z.input<typeof agreementView>, Fault>> {
    ctx.audit({ target: agreement });
    const found = await findAgreement(ctx, agreement);
    if (!found.ok) return found;
    const was = found.value;
    ctx.audit(target(was));
    const problems = problemsOf(input);
    if (Object.keys(problems).length > 0) return refuse(invalidFields(problems));
    const patch = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)) as Partial<Agreement>;
    const every = input.everyMinutes ?? was.everyMinutes;
    const saved = await ctx.stores.directories.updateAgreement(
      was.id,
      {
        ...patch,
        ...(input.domain ? { domain: prepared(input.domain) } : {}),
        ...(every === was.everyMinutes && (input.enabled ?? was.enabled) === was.enabled
          ? {}
          : { nextAt: ctx.deps.clock.now() + Math.max(1, every) * MINUTE_MS }),
      },
      version,
    );
    if (saved === null) return refuse(directoryFaults.noAgreement({ agreement }));
    if (saved === 'conflict') return refuse(directoryFaults.agreementConflict({ name: was.name }));
    if (saved === 'taken')
      return refuse(directoryFaults.agreementTaken({ name: input.name ?? '' }, { fields: { name: 'This name is taken.' } }));
    ctx.audit({ before: audited(was), after: audited(saved) });
    announce(ctx, was.directoryId);
    return ok(await present(ctx, saved));
  },
});

const audited = ({ id: _, createdAt: __, version: ___, nextAt: ____, ...row }: Agreement) => row;

export const deleteAgreement = defineUseCase({
  id: 'directories.deleteAgreement',
  title: 'Remove an agreement',
  summary: 'Forgets an agreement. The accounts that came by it stay, without a password, and are changed here from then on.',
  may: 'directories.write',
  audit: 'agreement.delete',
  kind: 'change',
  input: deleteAgreementInput,
  output: z.object({ name: z.string() }),
  rest: { method: 'DELETE', path: '/directory-agreements/{agreement}' },
  cli: { words: ['ldap', 'remove-agreement'], positionals: [{ field: 'agreement', name: 'AGREEMENT' }] },
  async run({ agreement }, ctx) {
    ctx.audit({ target: agreement });
    const found = await findAgreement(ctx, agreement);
    if (!found.ok) return found;
    ctx.audit({ ...target(found.value), before: audited(found.value) });
    if (ctx.deps.directories.syncing.has(found.value.id)) return refuse(directoryFaults.runs({ name: found.value.name }));
    await ctx.stores.directories.removeAgreement(found.value.id);
    announce(ctx, found.value.directoryId);
    return ok({ name: found.value.name });
  },
});

export const sync = defineUseCase({
  id: 'directories.sync',
  title: 'Synchronise an agreement',
  summary:
    'Reads everybody of the agreement and creates, changes, disables and removes accounts, as a job. A trial tells what would change and changes nothing.',
  may: 'directories.write',
  audit: 'agreement.sync',
  kind: 'change',
  input: syncAgreementInput,
  output: jobRow,
  rest: { method: 'POST', path: '/directory-agreements/{agreement}/sync', status: 202 },
  cli: {
    words: ['ldap', 'sync'],
    positionals: [{ field: 'agreement', name: 'AGREEMENT' }],
    waits: true,
    examples: ['rollcall ldap sync Staff --trial', 'rollcall ldap sync Staff'],
  },
  async run({ agreement, trial, confirm }, ctx) {
    ctx.audit({ target: agreement });
    const found = await findAgreement(ctx, agreement);
    if (!found.ok) return found;
    const row = found.value;
    ctx.audit({ ...target(row), after: { trial, confirm } });
    const directory = (await ctx.stores.directories.list()).find(({ id }) => id === row.directoryId);
    if (!directory?.enabled) return refuse(directoryFaults.off({ name: directory?.name ?? '' }));
    if (ctx.deps.directories.syncing.has(row.id)) return refuse(directoryFaults.runs({ name: row.name }));
    const job = await ctx.deps.jobs.enqueue(ctx, syncWork({ agreement: row, isTrial: trial, isConfirmed: confirm }, ctx.deps, ctx.viewer));
    return job.ok ? ok(presentJob(job.value)) : job;
  },
});

export const listRuns = defineUseCase({
  id: 'directories.listRuns',
  title: 'List runs of an agreement',
  summary: 'Synchronisations and trials of an agreement, newest first, with what they changed in numbers.',
  may: 'directories.read',
  kind: 'read',
  input: listRunsInput,
  output: z.object({ items: z.array(runView.omit({ changes: true })) }),
  rest: { method: 'GET', path: '/directory-agreements/{agreement}/runs' },
  cli: {
    words: ['ldap', 'runs'],
    positionals: [{ field: 'agreement', name: 'AGREEMENT' }],
    table: { path: 'items', columns: ['id', 'at', 'state', 'isTrial', 'by', 'why'] },
  },
  async run({ agreement, limit }, ctx) {
    const found = await findAgreement(ctx, agreement);
    if (!found.ok) return found;
    const rows = await ctx.stores.directories.runs(found.value.id, limit);
    return ok({ items: rows.map(presentRun).map(({ changes: _, ...run }) => run) });
  },
});

export const getRun = defineUseCase({
  id: 'directories.getRun',
  title: 'Show a run',
  summary: 'One synchronisation or trial with the first 500 of its changes; the job has them all.',
  may: 'directories.read',
  kind: 'read',
  input: getRunInput,
  output: runView,
  rest: { method: 'GET', path: '/directory-runs/{run}' },
  cli: {
    words: ['ldap', 'run'],
    positionals: [{ field: 'run', name: 'RUN' }],
    table: { path: 'changes', columns: ['what', 'userId', 'detail'] },
  },
  async run({ run }, { stores }) {
    const row = await stores.directories.run(run);
    return row ? ok(presentRun(row)) : refuse(directoryFaults.noRun({ run }));
  },
});
