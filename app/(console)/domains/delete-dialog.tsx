'use client';
import { useRouter } from 'next/navigation';
import { countOf } from '@/lib/ui/format.ts';
import { problemOf } from '@/lib/ui/patterns/action-state.ts';
import { Button } from '@/lib/ui/primitives/button.tsx';
import { ConfirmDialog } from '@/lib/ui/primitives/confirm-dialog.tsx';
import { Jid } from '@/lib/ui/primitives/copy-text.tsx';
import { Dialog } from '@/lib/ui/primitives/dialog.tsx';
import { sayDone } from '@/lib/ui/primitives/toast.tsx';
import { deleteDomains } from './actions.ts';
import type { DomainRow } from './domains-view.tsx';

/** Says which of the chosen domains go and which stay, and why, before anything is done. */
export function DeleteDialog({
  domains,
  open,
  onOpenChange,
}: {
  domains: readonly DomainRow[];
  open: boolean;
  onOpenChange: (open: boolean) => void;
}) {
  const router = useRouter();
  const going = domains.filter((row) => row.editable);
  const staying = domains.filter((row) => !row.editable);
  const list = (
    <div className="flex flex-col gap-3">
      {going.length > 1 ? (
        <ul aria-label="To be deleted" className="max-h-40 list-disc overflow-y-auto pl-5">
          {going.map((row) => (
            <li key={row.domain}>
              <Jid jid={row.domain} />
            </li>
          ))}
        </ul>
      ) : null}
      {staying.length > 0 ? (
        <div>
          <p className="font-medium text-strong">{countOf(staying.length, 'domain stays', 'domains stay')}:</p>
          <ul className="max-h-40 list-disc overflow-y-auto pl-5">
            {staying.map((row) => (
              <li key={row.domain}>{row.why}</li>
            ))}
          </ul>
        </div>
      ) : null}
    </div>
  );
  const only = going.length === 1 ? going[0] : undefined;
  if (going.length === 0) {
    return (
      <Dialog
        open={open}
        onOpenChange={onOpenChange}
        title="None of these domains can be deleted"
        actions={<Button onClick={() => onOpenChange(false)}>Keep the domains</Button>}
      >
        {list}
      </Dialog>
    );
  }
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={onOpenChange}
      title={only ? `Delete the domain ${only.domain}?` : `Delete ${countOf(going.length, 'domain')}?`}
      effect="No user has an address there, so nobody is affected. Clients can no longer find it here; it can be added again."
      confirm={only ? 'Delete the domain' : `Delete ${countOf(going.length, 'domain')}`}
      keep={only ? 'Keep the domain' : 'Keep the domains'}
      onConfirm={async () => {
        const state = await deleteDomains({ domains: going.map((row) => row.domain) });
        if (state.is === 'done') {
          sayDone(`${countOf(state.value.deleted.length, 'domain')} deleted`);
          router.refresh();
        }
        return problemOf(state);
      }}
    >
      {going.length > 1 || staying.length > 0 ? list : null}
    </ConfirmDialog>
  );
}
