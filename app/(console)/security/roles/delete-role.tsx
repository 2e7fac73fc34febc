'use client';
import type { RoleView } from '@/lib/admin/roles/outputs.ts';
import { problemOf } from '@/lib/ui/patterns/action-state.ts';
import { ConfirmDialog } from '@/lib/ui/primitives/confirm-dialog.tsx';
import { sayDone } from '@/lib/ui/primitives/toast.tsx';
import { deleteRole } from './actions.ts';

export const DeleteRole = ({ role, onClose, onDeleted }: { role: RoleView | null; onClose: () => void; onDeleted: () => void }) =>
  role === null ? null : (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={`Delete the role ${role.name}?`}
      effect="Nobody has it, so nobody loses anything. It cannot be given any more; the audit keeps what it allowed."
      confirm="Delete the role"
      keep="Keep the role"
      onConfirm={async () => {
        const state = await deleteRole({ role: role.id });
        if (state.is === 'done') {
          sayDone(`Role ${state.value.name} deleted`);
          onDeleted();
        }
        return problemOf(state);
      }}
    />
  );
