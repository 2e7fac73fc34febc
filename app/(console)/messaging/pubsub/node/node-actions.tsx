'use client';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import type { NodeView } from '@/lib/admin/pubsub/outputs.ts';
import { Button } from '@/lib/ui/primitives/button.tsx';
import { type Asked, NodeDialog } from '../node-dialogs.tsx';

export function NodeActions({ node }: { node: NodeView }) {
  const router = useRouter();
  const [asked, setAsked] = useState<Asked>(null);
  return (
    <>
      <Button onClick={() => setAsked({ what: 'purge', node })} disabled={node.items === 0}>
        Empty
      </Button>
      <Button look="danger" onClick={() => setAsked({ what: 'delete', node })}>
        Delete
      </Button>
      <NodeDialog
        asked={asked}
        onClose={() => setAsked(null)}
        onDone={(what) => (what === 'delete' ? router.push('/messaging/pubsub') : router.refresh())}
      />
    </>
  );
}
