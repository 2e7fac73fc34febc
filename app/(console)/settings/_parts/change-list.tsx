'use client';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import type { Value } from '@/app/_shared/values.ts';
import type { AdminApi } from '@/lib/admin/api.ts';
import { problemOf } from '@/lib/ui/patterns/action-state.ts';
import { DiffView } from '@/lib/ui/patterns/diff-view.tsx';
import { Badge } from '@/lib/ui/primitives/badge.tsx';
import { Button } from '@/lib/ui/primitives/button.tsx';
import { Card } from '@/lib/ui/primitives/card.tsx';
import { ConfirmDialog } from '@/lib/ui/primitives/confirm-dialog.tsx';
import { RelativeTime } from '@/lib/ui/primitives/relative-time.tsx';
import { sayDone } from '@/lib/ui/primitives/toast.tsx';
import { undoSettings } from '../actions.ts';

type Change = Value<AdminApi['settings']['history']>['items'][number];

/** Saves of settings, newest first; each can be taken back while nobody changed the same settings again. */
export function ChangeList({ changes, mayUndo }: { changes: readonly Change[]; mayUndo: boolean }) {
  const router = useRouter();
  const [asked, setAsked] = useState<Change | null>(null);
  const [asking, setAsking] = useState(false);
  const versionOf = new Map(changes.map((change) => [change.id, change.version]));
  const undoneBy = new Map(changes.flatMap((change) => (change.undoes === null ? [] : [[change.undoes, change.version] as const])));
  return (
    <>
      <ol className="flex flex-col gap-4">
        {changes.map((change) => {
          const undone = undoneBy.get(change.id);
          const undoes = change.undoes === null ? undefined : versionOf.get(change.undoes);
          return (
            <li key={change.id}>
              <Card
                title={
                  <span className="flex flex-wrap items-center gap-2">
                    Version {change.version}
                    {change.undoes === null ? null : (
                      <Badge tone="info">{undoes ? `Undoes version ${undoes}` : 'Undoes an older version'}</Badge>
                    )}
                    {undone === undefined ? null : <Badge>Undone by version {undone}</Badge>}
                  </span>
                }
                purpose={
                  <>
                    {change.by}, <RelativeTime at={change.at} />
                  </>
                }
                action={
                  mayUndo && undone === undefined ? (
                    <Button
                      size="small"
                      onClick={() => {
                        setAsked(change);
                        setAsking(true);
                      }}
                    >
                      Undo<span className="sr-only"> version {change.version}</span>
                    </Button>
                  ) : undefined
                }
              >
                <DiffView label={`Changes of version ${change.version}`} rows={rowsOf(change, 'forward')} />
              </Card>
            </li>
          );
        })}
      </ol>
      {asked ? (
        <ConfirmDialog
          open={asking}
          onOpenChange={setAsking}
          title={`Undo version ${asked.version}?`}
          effect="The values from before are saved as a new version. They take effect at once on every node."
          confirm={`Undo version ${asked.version}`}
          keep="Keep the values"
          danger={false}
          onConfirm={async () => {
            const state = await undoSettings({ id: asked.id });
            if (state.is === 'done') {
              sayDone(`Version ${asked.version} undone · version ${state.value.version}`);
              router.refresh();
            }
            return problemOf(state);
          }}
        >
          <DiffView label="What the undo changes" fromLabel="Now" toLabel="After" rows={rowsOf(asked, 'back')} />
        </ConfirmDialog>
      ) : null}
    </>
  );
}

const rowsOf = (change: Change, way: 'forward' | 'back') =>
  change.changes.map((line) => ({
    label: line.node === '' ? line.label : `${line.label}, node ${line.node}`,
    from: way === 'forward' ? line.fromText : line.toText,
    to: way === 'forward' ? line.toText : line.fromText,
    note: line.key,
  }));
