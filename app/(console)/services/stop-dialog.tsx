'use client';
import { useEffect, useState } from 'react';
import type { Value } from '@/app/_shared/values.ts';
import type { AdminApi } from '@/lib/admin/api.ts';
import { problemOf } from '@/lib/ui/patterns/action-state.ts';
import { ConfirmDialog } from '@/lib/ui/primitives/confirm-dialog.tsx';
import { sayDone, sayRefused } from '@/lib/ui/primitives/toast.tsx';
import { previewStop, restartService, stopService } from './actions.ts';
import type { ServiceRow } from './words.ts';

type Preview = Value<AdminApi['services']['previewStop']>;

export interface Stopping {
  readonly what: 'stop' | 'restart';
  readonly row: ServiceRow;
}

/** Asks before a service stops, with what stops besides and how many sessions end, counted at the moment of asking. */
export function StopDialog({ stopping, onClose }: { stopping: Stopping | null; onClose: () => void }) {
  const [preview, setPreview] = useState<Preview | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked once for each question
  useEffect(() => {
    setPreview(null);
    if (stopping === null) return;
    let wanted = true;
    void previewStop({ name: stopping.row.name }).then((state) => {
      if (!wanted) return;
      if (state.is === 'done') return setPreview(state.value);
      sayRefused(problemOf(state) ?? '');
      onClose();
    });
    return () => {
      wanted = false;
    };
  }, [stopping]);
  if (stopping === null || preview === null) return null;
  const { what, row } = stopping;
  const besides = preview.stops.filter((each) => each.name !== row.name);
  const verb = what === 'stop' ? 'Stop' : 'Restart';
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={`${verb} ${row.title}?`}
      effect={
        <>
          {preview.says} {what === 'restart' ? 'All that stops starts again.' : ''}
        </>
      }
      confirm={`${verb} the service`}
      keep="Keep it running"
      danger={what === 'stop' || preview.sessions > 0 || row.critical}
      onConfirm={async () => {
        const state = await (what === 'stop' ? stopService : restartService)({ name: row.name });
        if (state.is === 'done') sayDone(what === 'stop' ? `${row.title} stopped` : `${row.title} restarted`);
        return problemOf(state);
      }}
    >
      {besides.length > 0 ? (
        <div>
          <p className="font-medium text-strong">{what === 'stop' ? 'Stops with it:' : 'Stops and starts with it:'}</p>
          <ul className="list-disc pl-5">
            {besides.map((each) => (
              <li key={each.name}>{each.title}</li>
            ))}
          </ul>
        </div>
      ) : null}
    </ConfirmDialog>
  );
}
