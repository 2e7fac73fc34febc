'use client';
import { Button } from '@/lib/ui/primitives/button.tsx';
import { Command } from '@/lib/ui/primitives/code.tsx';
import { Dialog } from '@/lib/ui/primitives/dialog.tsx';
import { KeyValueList } from '@/lib/ui/primitives/key-value-list.tsx';
import { RelativeTime } from '@/lib/ui/primitives/relative-time.tsx';
import { StatusBadge } from '@/lib/ui/primitives/status.tsx';
import { type Act, type ServiceRow, states, whyNot } from './words.ts';

/** One service as it is now; it follows the live state while it is open. */
export function ServiceDialog({
  row,
  titles,
  mayControl,
  busy,
  onAct,
  onClose,
}: {
  row: ServiceRow | null;
  titles: ReadonlyMap<string, string>;
  mayControl: boolean;
  busy: boolean;
  onAct: (what: Act, row: ServiceRow) => void;
  onClose: () => void;
}) {
  const said = (names: readonly string[]) => names.map((name) => titles.get(name) ?? name).join(', ');
  const can = (what: Act) => row !== null && whyNot(row, what) === null;
  return (
    <Dialog
      open={row !== null}
      onOpenChange={onClose}
      title={row?.title ?? ''}
      purpose={row?.purpose}
      actions={
        row && mayControl ? (
          <>
            {can('stop') ? (
              <Button look="quiet-danger" onClick={() => onAct('stop', row)}>
                Stop the service
              </Button>
            ) : null}
            {can('restart') ? <Button onClick={() => onAct('restart', row)}>Restart the service</Button> : null}
            {can('start') ? (
              <Button look="primary" busy={busy} busyLabel="Starting…" onClick={() => onAct('start', row)}>
                Start the service
              </Button>
            ) : null}
          </>
        ) : null
      }
    >
      {row ? (
        <div className="flex flex-col gap-4">
          <KeyValueList
            items={[
              {
                label: 'State',
                value: (
                  <span className="flex flex-wrap items-center gap-2">
                    <StatusBadge {...states[row.state]} /> since <RelativeTime at={row.since} />
                  </span>
                ),
              },
              { label: 'Why', value: row.why },
              { label: 'Needs', value: said(row.needs), help: 'Starts first, and cannot stop alone.' },
              { label: 'Needed by', value: said(row.neededBy), help: 'Stops with it.' },
              { label: 'Critical for failover', value: row.critical ? 'Yes' : 'No' },
              { label: 'Stops alone', value: row.essential ? 'No, only with the node' : 'Yes' },
            ]}
          />
          <div>
            <p className="mb-1 text-table text-quiet">The same from a terminal:</p>
            <Command text={`rollcall services restart ${row.name}`} />
          </div>
        </div>
      ) : null}
    </Dialog>
  );
}
