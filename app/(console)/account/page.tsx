import type { Metadata } from 'next';
import { traceOf } from '@/app/_shared/console-action.ts';
import { requireViewer } from '@/app/_shared/viewer.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { PageHeader, Reading } from '@/lib/ui/patterns/page-header.tsx';
import { FailedState } from '@/lib/ui/patterns/states.tsx';
import { Badge } from '@/lib/ui/primitives/badge.tsx';
import { Card } from '@/lib/ui/primitives/card.tsx';
import { ConsoleSessions } from './console-sessions.tsx';
import { PasswordForm } from './password-form.tsx';
import { SecondFactor } from './second-factor.tsx';

export const metadata: Metadata = { title: 'My account' };

const roleWords: Readonly<Record<string, string>> = { administrator: 'Administrator', operator: 'Operator', 'read-only': 'Read only' };

export default async function AccountPage() {
  const viewer = await requireViewer();
  const [sessions, secondFactor] = await Promise.all([
    admin().consoleSessions.list(viewer, { all: false }),
    admin().self.getSecondFactor(viewer, {}),
  ]);
  return (
    <>
      <PageHeader
        title="My account"
        badge={<Badge>{roleWords[viewer.role] ?? viewer.role}</Badge>}
        purpose={`Signed in as ${viewer.name}. An administrator changes your role under Security, Administrators.`}
      />
      <Reading>
        <Card title="Password" purpose="Changing it ends your other console sessions.">
          <PasswordForm username={viewer.name} mustChange={viewer.mustChangePassword} />
        </Card>
        <Card title="Second factor" purpose="A code besides the password, so that a password that leaked opens nothing.">
          {secondFactor.ok ? (
            <SecondFactor now={secondFactor.value} />
          ) : (
            <FailedState title="Your second factor could not be read" trace={traceOf(secondFactor.fault) ?? undefined}>
              {secondFactor.fault.message}
            </FailedState>
          )}
        </Card>
        <Card title="Console sessions" purpose="Browsers in which you are signed in to this console.">
          {sessions.ok ? (
            <ConsoleSessions sessions={sessions.value.items} />
          ) : (
            <FailedState title="Your sessions could not be read" trace={traceOf(sessions.fault) ?? undefined}>
              {sessions.fault.message}
            </FailedState>
          )}
        </Card>
      </Reading>
    </>
  );
}
