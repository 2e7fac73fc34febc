'use client';
import { useEffect, useState } from 'react';
import { countOf } from '@/lib/ui/format.ts';
import { problemOf } from '@/lib/ui/patterns/action-state.ts';
import { ConfirmDialog } from '@/lib/ui/primitives/confirm-dialog.tsx';
import { Field } from '@/lib/ui/primitives/field.tsx';
import { Input } from '@/lib/ui/primitives/input.tsx';
import { sayDone } from '@/lib/ui/primitives/toast.tsx';
import { destroyRoom } from '../actions.ts';

export interface Doomed {
  readonly address: string;
  readonly title: string;
  readonly persistent: boolean;
  readonly occupants: number;
}

/** Asks before a room goes: its name is typed, since nothing brings it back. */
export function DestroyDialog({ room, onClose, onDone }: { room: Doomed | null; onClose: () => void; onDone: () => void }) {
  const [reason, setReason] = useState('');
  const [alternate, setAlternate] = useState('');
  // biome-ignore lint/correctness/useExhaustiveDependencies: another room means empty fields
  useEffect(() => {
    setReason('');
    setAlternate('');
  }, [room?.address]);
  if (room === null) return null;
  const inside = room.occupants === 0 ? 'Nobody is inside' : `${countOf(room.occupants, 'person is', 'people are')} told and must leave`;
  const name = room.address.slice(0, room.address.indexOf('@'));
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={`Destroy the room ${room.title || room.address}?`}
      effect={`${inside}. ${room.persistent ? 'Its members, settings and kept messages are deleted.' : 'Its settings and members are gone.'}`}
      confirm="Destroy the room"
      keep="Keep the room"
      typeName={name}
      onConfirm={async () => {
        const state = await destroyRoom({
          room: room.address,
          reason: reason.trim(),
          ...(alternate.trim() === '' ? {} : { alternate: alternate.trim() }),
        });
        if (state.is === 'done') {
          sayDone(`${room.address} destroyed`);
          onDone();
        }
        return problemOf(state);
      }}
    >
      <Field label="Reason" id="reason" help="Told to the people inside.">
        <Input value={reason} onChange={(event) => setReason(event.target.value)} maxLength={500} autoComplete="off" />
      </Field>
      <Field label="Room to go to instead" id="alternate" help="Address of another room; clients offer to enter it.">
        <Input mono value={alternate} onChange={(event) => setAlternate(event.target.value)} autoComplete="off" spellCheck={false} />
      </Field>
    </ConfirmDialog>
  );
}
