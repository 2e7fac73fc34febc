'use client';
import { type ReactNode, useId } from 'react';
import { Banner } from '../primitives/banner.tsx';
import { Button } from '../primitives/button.tsx';
import { Dialog } from '../primitives/dialog.tsx';
import { type ActionState, fieldsOf, problemOf } from './action-state.ts';

export interface FormDialogProps {
  open: boolean;
  onClose: () => void;
  title: string;
  purpose?: ReactNode;
  /** How the action went; a problem that belongs to no field is told above the fields. */
  state: ActionState<unknown>;
  /** The action runs: nothing closes meanwhile. */
  busy: boolean;
  onSubmit: () => void;
  /** Words of the button that does it, and while it does. */
  submit: string;
  submitting: string;
  submitDisabled?: boolean;
  /** Words of the button that leaves everything as it was. */
  keep?: string;
  children: ReactNode;
}

/** A dialog around one form: fields, a way out, one button that does it. */
export function FormDialog(props: FormDialogProps) {
  const { state, busy, onClose } = props;
  const form = useId();
  const problem = problemOf(state);
  return (
    <Dialog
      open={props.open}
      onOpenChange={(open) => (open || busy ? undefined : onClose())}
      title={props.title}
      purpose={props.purpose}
      actions={
        <>
          <Button onClick={onClose} disabled={busy}>
            {props.keep ?? 'Cancel'}
          </Button>
          <Button
            type="submit"
            form={form}
            look="primary"
            disabled={props.submitDisabled ?? false}
            busy={busy}
            busyLabel={props.submitting}
          >
            {props.submit}
          </Button>
        </>
      }
    >
      <form
        id={form}
        // Without scripts a password must not end up in the address.
        method="post"
        onSubmit={(event) => {
          event.preventDefault();
          props.onSubmit();
        }}
        noValidate
        className="flex flex-col gap-4"
      >
        {problem !== null && Object.keys(fieldsOf(state)).length === 0 ? <Banner tone="fault">{problem}</Banner> : null}
        {props.children}
      </form>
    </Dialog>
  );
}
