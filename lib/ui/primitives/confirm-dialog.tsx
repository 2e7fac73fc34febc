'use client';
import { type ReactNode, useEffect, useState, useTransition } from 'react';
import { Banner } from './banner.tsx';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { Field } from './field.tsx';
import { Input } from './input.tsx';

export interface ConfirmDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** A question that names the object: "Delete the room standup?" */
  title: string;
  /** What happens, and to how many people. */
  effect: ReactNode;
  /** Verb and object: "Delete 3 rooms". */
  confirm: string;
  /** The safe button, which has the focus: "Keep the rooms". */
  keep: string;
  /** Only when it cannot be undone: the text to type before the button works. */
  typeName?: string;
  /** False for acts that endanger nothing. */
  danger?: boolean;
  /** Null when done (the dialog closes), else the sentence to show. */
  onConfirm: () => Promise<string | null>;
  children?: ReactNode;
}
/** Asks before a dangerous act. The safe button comes first and has the focus. */
export function ConfirmDialog({
  open,
  onOpenChange,
  title,
  effect,
  confirm,
  keep,
  typeName,
  danger = true,
  onConfirm,
  children,
}: ConfirmDialogProps) {
  const [typed, setTyped] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, start] = useTransition();
  useEffect(() => {
    if (!open) return;
    setTyped('');
    setProblem(null);
  }, [open]);
  const blocked = typeName !== undefined && typed.trim() !== typeName;
  const run = () =>
    start(async () => {
      const answer = await onConfirm();
      setProblem(answer);
      if (answer === null) onOpenChange(false);
    });
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => (busy ? undefined : onOpenChange(next))}
      title={title}
      purpose={effect}
      actions={
        <>
          <Button {...(typeName === undefined ? { 'data-first-focus': true } : {})} onClick={() => onOpenChange(false)}>
            {keep}
          </Button>
          <Button look={danger ? 'danger' : 'primary'} disabled={blocked} busy={busy} busyLabel="Working…" onClick={run}>
            {confirm}
          </Button>
        </>
      }
    >
      {children || typeName !== undefined || problem ? (
        <div className="flex flex-col gap-4">
          {problem ? <Banner tone="fault">{problem}</Banner> : null}
          {children}
          {typeName === undefined ? null : (
            <Field label={`Type ${typeName} to confirm`} help="It cannot be undone.">
              <Input value={typed} onChange={(event) => setTyped(event.target.value)} autoComplete="off" spellCheck={false} mono />
            </Field>
          )}
        </div>
      ) : null}
    </Dialog>
  );
}
