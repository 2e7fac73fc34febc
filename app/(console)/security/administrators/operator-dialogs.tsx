'use client';
import { useRouter } from 'next/navigation';
import type { RoleView } from '@/lib/admin/roles/outputs.ts';
import { countOf } from '@/lib/ui/format.ts';
import { problemOf } from '@/lib/ui/patterns/action-state.ts';
import { ConfirmDialog } from '@/lib/ui/primitives/confirm-dialog.tsx';
import { sayDone } from '@/lib/ui/primitives/toast.tsx';
import { deleteOperator, resetSecondFactor, updateOperator } from './actions.ts';
import { EditDialog } from './edit-dialog.tsx';
import { calledOperator, type OperatorRow, refOf } from './operator-words.ts';
import { PasswordDialog } from './password-dialog.tsx';

export interface OperatorQuestion {
  readonly what: 'edit' | 'password' | 'second-factor' | 'enable' | 'disable' | 'delete';
  readonly row: OperatorRow;
}

/** The dialog that fits what was asked for. */
export function OperatorDialogs({
  roles,
  question,
  onClose,
  onDeleted,
}: {
  roles: readonly RoleView[];
  question: OperatorQuestion | null;
  onClose: () => void;
  onDeleted?: () => void;
}) {
  const router = useRouter();
  if (question === null) return null;
  const { what, row } = question;
  const called = calledOperator(row);
  const signedIn =
    row.sessions > 0
      ? ` ${countOf(row.sessions, 'console session')} ${row.sessions === 1 ? 'ends' : 'end'} at once; what is not saved there is lost.`
      : '';
  const enable = async (enabled: boolean) => {
    const state = await updateOperator({ operator: refOf(row), enabled });
    if (state.is === 'done') {
      sayDone(`${row.username} ${enabled ? 'can sign in again' : 'disabled'}`);
      router.refresh();
    }
    return problemOf(state);
  };
  switch (what) {
    case 'edit':
      return <EditDialog roles={roles} row={row} onClose={onClose} />;
    case 'password':
      return <PasswordDialog row={row} onClose={onClose} />;
    case 'second-factor':
      return (
        <ConfirmDialog
          open
          onOpenChange={onClose}
          title={`Remove the second factor of ${called}?`}
          effect="For somebody who lost the device and the recovery codes. From then on the password alone opens the account: make sure that it is this person who asks."
          confirm="Remove the second factor"
          keep="Keep it"
          onConfirm={async () => {
            const state = await resetSecondFactor({ operator: refOf(row) });
            if (state.is === 'done') {
              sayDone(`Second factor of ${row.username} removed`);
              router.refresh();
            }
            return problemOf(state);
          }}
        />
      );
    case 'enable':
      return (
        <ConfirmDialog
          open
          onOpenChange={onClose}
          title={`Enable ${called}?`}
          effect="The person can sign in to this console again, with the password from before."
          confirm="Enable the administrator"
          keep="Keep disabled"
          danger={false}
          onConfirm={() => enable(true)}
        />
      );
    case 'disable':
      return (
        <ConfirmDialog
          open
          onOpenChange={onClose}
          title={`Disable ${called}?`}
          effect={`1 person cannot sign in to this console any more.${signedIn} The tokens this person made keep working: revoke those you do not trust.`}
          confirm="Disable the administrator"
          keep="Keep enabled"
          onConfirm={() => enable(false)}
        />
      );
    case 'delete':
      return (
        <ConfirmDialog
          open
          onOpenChange={onClose}
          title={`Delete ${called}?`}
          effect={`1 person loses the way into this console.${signedIn} The tokens this person made are revoked, so programs that use them are refused. The audit keeps what was done.`}
          confirm="Delete the administrator"
          keep="Keep the administrator"
          typeName={row.username}
          onConfirm={async () => {
            const state = await deleteOperator({ operator: refOf(row) });
            if (state.is === 'done') {
              const { tokensRevoked } = state.value;
              sayDone(`${row.username} deleted`, tokensRevoked > 0 ? { detail: `${countOf(tokensRevoked, 'token')} revoked.` } : undefined);
              if (onDeleted) onDeleted();
              else router.refresh();
            }
            return problemOf(state);
          }}
        />
      );
  }
}
