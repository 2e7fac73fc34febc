'use client';
import type { z } from 'zod';
import type { deleteFilesInput } from '@/lib/admin/files/inputs.ts';
import { countOf, formatBytes } from '@/lib/ui/format.ts';
import { problemOf } from '@/lib/ui/patterns/action-state.ts';
import { ConfirmDialog } from '@/lib/ui/primitives/confirm-dialog.tsx';
import { sayDone } from '@/lib/ui/primitives/toast.tsx';
import { deleteFiles } from './actions.ts';
import type { FileRow } from './files-table.tsx';

type Input = z.input<typeof deleteFilesInput>;
export type Deleting =
  | { readonly is: 'rows'; readonly rows: readonly FileRow[] }
  | { readonly is: 'matching'; readonly filter: Omit<Input, 'files'>; readonly total: number };

export function DeleteDialog({ what, onClose, onDone }: { what: Deleting | null; onClose: () => void; onDone: () => void }) {
  const count = what === null ? 0 : what.is === 'rows' ? what.rows.length : what.total;
  const rows = what?.is === 'rows' ? what.rows : [];
  const only = rows.length === 1 ? rows[0] : undefined;
  const files = countOf(count, 'file');
  return (
    <ConfirmDialog
      open={what !== null}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={only ? `Delete ${only.name}?` : `Delete ${files}?`}
      effect={
        what?.is === 'matching'
          ? `Every file that matches the search and filters is deleted. Links to them in messages then lead nowhere. This cannot be undone.`
          : `${formatBytes(rows.reduce((sum, row) => sum + row.size, 0))} become free. Links in messages then lead nowhere. This cannot be undone.`
      }
      confirm={`Delete ${files}`}
      keep={count === 1 ? 'Keep the file' : 'Keep the files'}
      onConfirm={async () => {
        if (what === null) return null;
        const state = await deleteFiles(what.is === 'rows' ? { files: what.rows.map((row) => row.id) } : what.filter);
        if (state.is === 'done') {
          const { deleted, bytes, missing, more } = state.value;
          const left = more
            ? 'There are more that match; delete again.'
            : missing.length > 0
              ? `${countOf(missing.length, 'file')} had gone already.`
              : `${formatBytes(bytes)} are free again.`;
          sayDone(`${countOf(deleted, 'file')} deleted`, { detail: left });
          onDone();
        }
        return problemOf(state);
      }}
    >
      {rows.length > 1 ? (
        <ul className="max-h-40 overflow-y-auto text-table">
          {rows.map((row) => (
            <li key={row.id} className="py-0.5 wrap-anywhere">
              {row.name} <span className="text-quiet">of {row.owner}</span>
            </li>
          ))}
        </ul>
      ) : null}
    </ConfirmDialog>
  );
}
