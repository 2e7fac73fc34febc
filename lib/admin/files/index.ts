import { z } from 'zod';
import { ok, refuse } from '../../kernel/result.ts';
import { defineUseCase } from '../shared/define.ts';
import { pageOf, sliceOf } from '../shared/fields.ts';
import { resolveUser } from '../users/resolve.ts';
import { deleteFiles } from './delete-files.ts';
import { fileFaults } from './faults.ts';
import { fileLogInput, fileUsageInput, findFilesInput, getFileInput } from './inputs.ts';
import { fileLogRow, fileRow, usageRow } from './outputs.ts';
import { filterOf, idIn, ownerOf, presentFile, presentLog } from './view.ts';

const findFiles = defineUseCase({
  id: 'files.find',
  title: 'Find files',
  summary: 'Lists the files that people have uploaded.',
  may: 'files.read',
  kind: 'read',
  input: findFilesInput,
  output: pageOf(fileRow),
  rest: { method: 'GET', path: '/files' },
  cli: {
    words: ['files', 'list'],
    positionals: [{ field: 'search', name: 'SEARCH' }],
    table: { path: 'items', columns: ['at', 'owner', 'name', 'type', 'size', 'downloads', 'id'] },
    examples: ['rollcall files list holiday', 'rollcall files list --person anna --sort size', 'rollcall files list --type video/'],
  },
  async run(input, { stores, deps }) {
    const settings = deps.settings.section('files').get();
    const page = await stores.files.find({
      ...(await filterOf(stores, input)),
      sort: input.sort,
      descending: input.descending,
      limit: input.limit,
      ...(input.cursor === undefined ? {} : { cursor: input.cursor }),
    });
    return ok({
      items: page.items.map((row) => presentFile(row, settings)),
      next: page.nextCursor,
      total: page.total,
      totalIsFloor: page.totalIsFloor,
    });
  },
});

const getFile = defineUseCase({
  id: 'files.get',
  title: 'Show a file',
  summary: 'Who uploaded it, what it is, how often it was fetched and when it will be deleted.',
  may: 'files.read',
  kind: 'read',
  input: getFileInput,
  output: fileRow,
  rest: { method: 'GET', path: '/files/{id}' },
  cli: {
    words: ['files', 'show'],
    positionals: [{ field: 'id', name: 'FILE' }],
    examples: ['rollcall files show https://example.com:8443/upload/PATH/holiday.png'],
  },
  async run(input, { stores, deps }) {
    const row = await stores.files.get(idIn(input.id));
    return row?.state === 'stored'
      ? ok(presentFile(row, deps.settings.section('files').get()))
      : refuse(fileFaults.missing({ id: input.id }));
  },
});

const usage = defineUseCase({
  id: 'files.usage',
  title: 'Space taken by files',
  summary: 'How much each person has uploaded, most first, all together, and what is left on the disk.',
  may: 'files.read',
  kind: 'read',
  input: fileUsageInput,
  output: sliceOf(usageRow).extend({
    totals: z.object({ files: z.number(), bytes: z.number(), people: z.number() }),
    disk: z.object({ free: z.number(), total: z.number() }),
    /** Bytes one person may have; 0: no limit. */
    quota: z.number(),
    /** Bytes left free on the disk; uploads stop there. */
    keepFree: z.number(),
  }),
  rest: { method: 'GET', path: '/files/usage' },
  cli: {
    words: ['files', 'usage'],
    positionals: [{ field: 'person', name: 'PERSON' }],
    table: { path: 'items', columns: ['owner', 'files', 'bytes', 'newest'] },
    examples: ['rollcall files usage', 'rollcall files usage anna --json'],
  },
  async run(input, { stores, deps }) {
    const { quota, keepFree } = deps.settings.section('files').get();
    const account = input.person === undefined ? null : await resolveUser(stores, input.person);
    const who = input.person === undefined ? {} : account?.ok ? { accountId: account.value.id } : { owner: input.person.toLowerCase() };
    const [page, totals, disk] = await Promise.all([
      stores.files.usage({ ...who, limit: input.limit, ...(input.cursor === undefined ? {} : { cursor: input.cursor }) }),
      stores.files.totals(),
      deps.blobs.space(),
    ]);
    return ok({
      items: page.items.map(({ accountId, ...row }) => ({ ...row, ownerId: accountId })),
      next: page.nextCursor,
      totals,
      disk,
      quota,
      keepFree,
    });
  },
});

const log = defineUseCase({
  id: 'files.log',
  title: 'Log of uploads and downloads',
  summary: 'Who uploaded what and from where, and from which address it was fetched, newest first.',
  may: 'files.read',
  kind: 'read',
  input: fileLogInput,
  output: sliceOf(fileLogRow),
  rest: { method: 'GET', path: '/files/log' },
  cli: {
    words: ['files', 'log'],
    positionals: [{ field: 'person', name: 'PERSON' }],
    table: { path: 'items', columns: ['at', 'what', 'owner', 'name', 'type', 'size', 'address', 'file'] },
    examples: ['rollcall files log anna', 'rollcall files log --what download --file FILE'],
  },
  async run(input, { stores }) {
    const page = await stores.files.log({
      ...(input.person === undefined ? {} : await ownerOf(stores, input.person)),
      ...(input.file === undefined ? {} : { fileId: idIn(input.file) }),
      ...(input.what === undefined ? {} : { what: input.what }),
      ...(input.since === undefined ? {} : { since: input.since }),
      ...(input.until === undefined ? {} : { until: input.until }),
      limit: input.limit,
      ...(input.cursor === undefined ? {} : { cursor: input.cursor }),
    });
    return ok({ items: page.items.map(presentLog), next: page.nextCursor });
  },
});

/** The use cases of this area; the key is the verb in their id. */
export const files = { find: findFiles, get: getFile, delete: deleteFiles, usage, log } as const;
