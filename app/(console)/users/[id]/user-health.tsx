import { Banner } from '@/lib/ui/primitives/banner.tsx';
import type { UserDetail } from './_load.ts';
import { EnableButton } from './enable-button.tsx';

/** Why this person cannot sign in, or may soon not be able to, in a sentence each. Nothing when all is well. */
export function UserHealth({ detail, mayWrite }: { detail: UserDetail; mayWrite: boolean }) {
  const { user, hasPassword, signIns } = detail;
  const last = signIns[0];
  return (
    <>
      {user.enabled ? null : (
        <Banner tone="notice" title="This user is disabled" action={mayWrite ? <EnableButton user={user} /> : null}>
          Nobody can sign in with this account. Contacts, history and waiting messages are kept.
        </Banner>
      )}
      {hasPassword || user.source === 'ldap' ? null : (
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
