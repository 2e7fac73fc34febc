import { z } from 'zod';
import { ok, refuse } from '../../kernel/result.ts';
import { defineUseCase } from '../shared/define.ts';
import { fileFaults } from './faults.ts';
import { deleteFilesInput } from './inputs.ts';
import { filterOf, idIn } from './view.ts';

/** The most that one call deletes. */
const DELETE_MAX = 5_000;
/** How many deleted files the audit names. */
const AUDIT_NAMES = 100;

export const deleteFiles = defineUseCase({
  id: 'files.delete',
  title: 'Delete files',
  summary: 'Deletes the files that are named, or all that match, at most 5,000 a call. Their addresses then lead nowhere.',
  may: 'files.write',
  audit: 'file.delete',
  kind: 'change',
  input: deleteFilesInput,
  output: z.object({ deleted: z.int(), bytes: z.number(), missing: z.array(z.string()), more: z.boolean() }),
  rest: { method: 'POST', path: '/files/delete' },
  cli: {
    words: ['files', 'delete'],
    positionals: [{ field: 'files', name: 'FILE' }],
    examples: [
      'rollcall files delete FILE',
      'rollcall files delete --person anna',
      'rollcall files delete --type video/ --min-size 50000000',
    ],
  },
  async run(input, ctx) {
    const { stores } = ctx;
    const named = input.files === undefined ? null : new Map(input.files.map((text) => [idIn(text), text]));
    const filter = named === null ? await filterOf(stores, input) : {};
    if (named === null && Object.keys(filter).length === 0) return refuse(fileFaults.notNarrowed());
    ctx.audit({ target: named === null ? 'Files that match' : [...named.keys()].slice(0, AUDIT_NAMES).join(', ') });
    const picked = named === null ? await stores.files.pick(filter, DELETE_MAX + 1) : [...named.keys()];
    const gone = await stores.files.remove(picked.slice(0, DELETE_MAX));
    if (gone.length === 0) {
      const only = input.files?.length === 1 ? input.files[0] : undefined;
      return refuse(only === undefined ? fileFaults.nothingMatches() : fileFaults.missing({ id: only }));
    }
    const ids = new Set(gone.map((row) => row.id));
    const bytes = gone.reduce((sum, row) => sum + row.size, 0);
    const only = gone.length === 1 ? gone[0] : undefined;
    ctx.audit({
      target: only ? only.name : `${gone.length} files`,
      targetKey: only ? `file:${only.id}` : '',
      before: {
        files: gone.slice(0, AUDIT_NAMES).map(({ id, name, owner, type, size, sha256 }) => ({ id, name, owner, type, size, sha256 })),
      },
      after: { deleted: gone.length, bytes, ...(named === null ? { filter } : {}) },
    });
    ctx.afterCommit(() => {
      // A row that is gone is the deletion; bytes that stay behind for a failure are found by the sweep.
      ctx.deps.blobs
        .remove([...ids])
        .catch((error: unknown) => ctx.deps.log.error('files.content-not-removed', { files: ids.size, error }));
    });
    return ok({
      deleted: gone.length,
      bytes,
      missing: named === null ? [] : [...named].filter(([id]) => !ids.has(id)).map(([, text]) => text),
      more: picked.length > DELETE_MAX,
    });
  },
});
