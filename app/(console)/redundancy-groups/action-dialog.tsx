'use client';
import { useEffect, useState } from 'react';
import type { Value } from '@/app/_shared/values.ts';
import type { AdminApi } from '@/lib/admin/api.ts';
import { problemOf } from '@/lib/ui/patterns/action-state.ts';
import { ConfirmDialog } from '@/lib/ui/primitives/confirm-dialog.tsx';
import { sayDone, sayRefused } from '@/lib/ui/primitives/toast.tsx';
import { failover, fallback, previewAction, recover } from './actions.ts';
import { type Action, actionWords, type GroupNode } from './words.ts';

export interface Asking {
  readonly action: Action;
  readonly node: GroupNode;
}

/** Asks before users change their node, with how many they are at the moment of asking; another number then is refused. */
export function ActionDialog({ asking, onClose }: { asking: Asking | null; onClose: () => void }) {
  const [preview, setPreview] = useState<Value<AdminApi['redundancy']['preview']> | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked once for each question
  useEffect(() => {
    setPreview(null);
    if (asking === null) return;
    let wanted = true;
    void previewAction({ node: asking.node.name, action: asking.action }).then((state) => {
      if (!wanted) return;
      if (state.is === 'done' && state.value.refused === '') return setPreview(state.value);
      sayRefused(state.is === 'done' ? state.value.refused : (problemOf(state) ?? ''));
      onClose();
    });
    return () => {
      wanted = false;
    };
  }, [asking]);
  if (asking === null || preview === null) return null;
  const { action, node } = asking;
  const words = actionWords[action];
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={`${words.label(node.name)}?`}
      effect={preview.says}
      confirm={words.confirm}
      keep={words.keep}
      danger={preview.users > 0}
      onConfirm={async () => {
        const expect = preview.users;
        const state = await (action === 'recover'
          ? recover({ group: node.group, expect })
          : (action === 'failover' ? failover : fallback)({ node: node.name, expect }));
        if (state.is === 'done') sayDone(words.done);
        return problemOf(state);
      }}
    />
  );
}
