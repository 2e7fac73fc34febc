'use client';
import { useRouter } from 'next/navigation';
import { useTransition } from 'react';
import { Button } from '@/lib/ui/primitives/button.tsx';
import { enableOne, type Person } from '../_parts/switch-dialog.tsx';

/** Stands beside the sentence that says the user is disabled. */
export function EnableButton({ user }: { user: Person }) {
  const router = useRouter();
  const [busy, start] = useTransition();
  return (
    <Button size="small" busy={busy} busyLabel="Enabling…" onClick={() => start(() => enableOne(user, () => router.refresh()))}>
      Enable the user
    </Button>
  );
}
