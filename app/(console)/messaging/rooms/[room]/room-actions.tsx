'use client';
import { useRouter } from 'next/navigation';
import { useEffect, useMemo, useState, useTransition } from 'react';
import type { RoomRow } from '@/lib/admin/rooms/outputs.ts';
import { type ActionState, fieldsOf } from '@/lib/ui/patterns/action-state.ts';
import { type CommandItem, useCommands } from '@/lib/ui/patterns/command-bar.tsx';
import { FormDialog } from '@/lib/ui/patterns/form-dialog.tsx';
import { Button } from '@/lib/ui/primitives/button.tsx';
import { Field } from '@/lib/ui/primitives/field.tsx';
import { Textarea } from '@/lib/ui/primitives/input.tsx';
import { sayDone } from '@/lib/ui/primitives/toast.tsx';
import { DestroyDialog } from '../_parts/destroy-dialog.tsx';
import { setSubject } from '../actions.ts';

export function RoomActions({ room, subject }: { room: RoomRow; subject: string }) {
  const router = useRouter();
  const [changing, setChanging] = useState(false);
  const [destroying, setDestroying] = useState(false);
  const commands = useMemo<readonly CommandItem[]>(
    () => [
      { id: 'room-subject', label: 'Set the subject of this room', group: 'Actions', run: () => setChanging(true) },
      { id: 'room-destroy', label: 'Destroy this room', group: 'Actions', keywords: ['delete', 'remove'], run: () => setDestroying(true) },
    ],
    [],
  );
  useCommands(commands);
  return (
    <>
      <Button onClick={() => setChanging(true)}>Set the subject</Button>
      <Button look="quiet-danger" onClick={() => setDestroying(true)}>
        Destroy the room
      </Button>
      <SubjectDialog
        open={changing}
        room={room.address}
        subject={subject}
        onClose={() => setChanging(false)}
        onDone={() => router.refresh()}
      />
      <DestroyDialog room={destroying ? room : null} onClose={() => setDestroying(false)} onDone={() => router.push('/messaging/rooms')} />
    </>
  );
}

function SubjectDialog({
  open,
  room,
  subject,
  onClose,
  onDone,
}: {
  open: boolean;
  room: string;
  subject: string;
  onClose: () => void;
  onDone: () => void;
}) {
  const [text, setText] = useState(subject);
  const [state, setState] = useState<ActionState<unknown>>({ is: 'idle' });
  const [busy, start] = useTransition();
  useEffect(() => {
    if (!open) return;
    setText(subject);
    setState({ is: 'idle' });
  }, [open, subject]);
  const submit = () =>
    start(async () => {
      const answer = await setSubject({ room, subject: text.trim() });
      setState(answer);
      if (answer.is !== 'done') return;
      sayDone(text.trim() === '' ? 'Subject taken away' : 'Subject set');
      onClose();
      onDone();
    });
  return (
    <FormDialog
      open={open}
      title="Set the subject"
      purpose="Everybody inside sees it at once, and whoever enters later."
      onClose={onClose}
      state={state}
      busy={busy}
      onSubmit={submit}
      submit="Set the subject"
      submitting="Setting…"
      keep="Keep the subject"
    >
      <Field label="Subject" id="subject" error={fieldsOf(state).subject} help="Empty for none.">
        <Textarea rows={3} value={text} onChange={(event) => setText(event.target.value)} maxLength={2000} />
      </Field>
    </FormDialog>
  );
}
