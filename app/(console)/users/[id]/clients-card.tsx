'use client';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { countOf } from '@/lib/ui/format.ts';
import { problemOf } from '@/lib/ui/patterns/action-state.ts';
import { Button } from '@/lib/ui/primitives/button.tsx';
import { Card } from '@/lib/ui/primitives/card.tsx';
import { ConfirmDialog } from '@/lib/ui/primitives/confirm-dialog.tsx';
import { RelativeTime } from '@/lib/ui/primitives/relative-time.tsx';
import { sayDone } from '@/lib/ui/primitives/toast.tsx';
import { revokeClient, signOutUser } from '../actions.ts';
import type { UserDetail } from './_load.ts';

type Client = UserDetail['clients'][number];

const nameOf = (client: Client): string => [client.software || 'A client without a name', client.device].filter(Boolean).join(' on ');

/** The devices that come back without the password, and how to take that from them. */
export function ClientsCard({ user, clients, mayEnd }: { user: UserDetail['user']; clients: readonly Client[]; mayEnd: boolean }) {
  const router = useRouter();
  const [revoking, setRevoking] = useState<Client | null>(null);
  const [everywhere, setEverywhere] = useState(false);
  const ref = `id:${user.id}`;
  return (
    <Card
      title="Clients with a sign-in token"
      purpose="They sign in without the password until the token expires or is revoked."
      action={
        mayEnd && (clients.length > 0 || user.sessions > 0) ? (
          <Button size="small" look="quiet-danger" onClick={() => setEverywhere(true)}>
            Sign out everywhere
          </Button>
        ) : null
      }
    >
      {clients.length === 0 ? (
        <p className="text-body text-quiet">No client has a token. Clients that know how ask for one at their next sign-in.</p>
      ) : (
        <ul className="divide-y divide-soft">
          {clients.map((client) => (
            <li key={client.id} className="flex flex-wrap items-start gap-x-4 gap-y-2 py-3 first:pt-0 last:pb-0">
              <div className="min-w-0 flex-1 basis-64">
                <p className="font-medium text-strong wrap-anywhere">{nameOf(client)}</p>
                <p className="text-table text-ink wrap-anywhere">
                  Last used <RelativeTime at={client.lastUsedAt} /> from <span className="font-mono">{client.address}</span>
                  {client.sessions > 0 ? ', signed in now' : ''}
                </p>
                <p className="text-table text-quiet wrap-anywhere">
                  Since <RelativeTime at={client.since} />, expires <RelativeTime at={client.expiresAt} />, {client.mechanism}
                </p>
              </div>
              {mayEnd ? (
                <Button size="small" look="quiet-danger" onClick={() => setRevoking(client)}>
                  Revoke<span className="sr-only"> the token of {nameOf(client)}</span>
                </Button>
              ) : null}
            </li>
          ))}
        </ul>
      )}
      <ConfirmDialog
        open={revoking !== null}
        onOpenChange={(open) => !open && setRevoking(null)}
        title={`Revoke the token of ${revoking === null ? '' : nameOf(revoking)}?`}
        effect="This client is signed out and needs the password to come back."
        confirm="Revoke the token"
        keep="Keep the token"
        onConfirm={async () => {
          const state = await revokeClient({ user: ref, client: revoking?.id ?? '' });
          if (state.is === 'done') {
            sayDone('Token revoked');
            router.refresh();
          }
          return problemOf(state);
        }}
      />
      <ConfirmDialog
        open={everywhere}
        onOpenChange={setEverywhere}
        title={`Sign ${user.userId} out everywhere?`}
        effect={`${countOf(user.sessions, 'session')} and ${countOf(clients.length, 'sign-in token')} end. Clients that keep the password sign in again by themselves; disable the user to keep them out.`}
        confirm="Sign out everywhere"
        keep="Keep them signed in"
        onConfirm={async () => {
          const state = await signOutUser({ user: ref });
          if (state.is === 'done') {
            sayDone(`${countOf(state.value.ended, 'session')} and ${countOf(state.value.tokens, 'token')} ended`);
            router.refresh();
          }
          return problemOf(state);
        }}
      />
    </Card>
  );
}
