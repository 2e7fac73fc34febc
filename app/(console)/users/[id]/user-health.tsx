import { Banner } from '@/lib/ui/primitives/banner.tsx';
import type { UserDetail } from './_load.ts';

/** Why this person cannot sign in, or may soon not be able to, in a sentence each. Nothing when all is well. */
export function UserHealth({ detail }: { detail: UserDetail }) {
  const { user, hasPassword, signIns } = detail;
  const last = signIns[0];
  return (
    <>
      {user.enabled ? null : (
        <Banner tone="notice" title="This user is disabled">
          Nobody can sign in with this account. Contacts, history and waiting messages are kept. Enable the user to let them in again.
        </Banner>
      )}
      {hasPassword || user.source !== 'local' ? null : (
        <Banner tone="warn" title="This user has no password">
          Nobody can sign in with this account before a password is set.
        </Banner>
      )}
      {last && last.outcome !== 'ok' && user.enabled ? (
        <Banner tone="warn" title="The last sign-in failed">
          {last.reason}. It came from {last.address || 'an unknown address'}.
        </Banner>
      ) : null}
    </>
  );
}
