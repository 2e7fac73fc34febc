'use client';
import { countOf } from '@/lib/ui/format.ts';
import { problemOf } from '@/lib/ui/patterns/action-state.ts';
import { ConfirmDialog } from '@/lib/ui/primitives/confirm-dialog.tsx';
import { sayDone } from '@/lib/ui/primitives/toast.tsx';
import { deleteNode, purgeNode } from './actions.ts';

export interface NamedNode {
  readonly owner: string;
  readonly node: string;
  readonly items: number;
  readonly kind: 'person' | 'service';
}
export type Asked = { readonly what: 'delete' | 'purge'; readonly node: NamedNode } | null;

/** What goes, and what the owner's clients make of it. */
export function NodeDialog({ asked, onClose, onDone }: { asked: Asked; onClose: () => void; onDone: (what: 'delete' | 'purge') => void }) {
  const { what = 'delete', node } = asked ?? {};
  const items = countOf(node?.items ?? 0, 'item');
  const whose = node?.kind === 'person' ? `${node.owner} and their contacts see` : 'Subscribers see';
  return (
    <ConfirmDialog
      open={asked !== null}
      onOpenChange={onClose}
      title={what === 'delete' ? `Delete the node ${node?.node ?? ''}?` : `Empty the node ${node?.node ?? ''}?`}
      effect={
        what === 'delete'
          ? `The node, ${items} and all subscriptions are deleted. ${whose} that it is gone. Clients may make it again.`
          : `${items} are deleted. ${whose} that the node is empty. Its configuration and subscriptions stay.`
      }
      confirm={what === 'delete' ? 'Delete the node' : `Delete ${items}`}
      keep="Keep it"
      onConfirm={async () => {
        if (node === undefined) return null;
        const input = { owner: node.owner, node: node.node };
        const state = what === 'delete' ? await deleteNode(input) : await purgeNode(input);
        if (state.is === 'done') {
          sayDone(what === 'delete' ? 'Node deleted' : 'Node emptied');
          onDone(what);
        }
        return problemOf(state);
      }}
    />
  );
}
