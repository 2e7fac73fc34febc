import type { Metadata } from 'next';
import { may } from '@/app/_shared/viewer.ts';
import { countOf } from '@/lib/ui/format.ts';
import { Columns, Stack } from '@/lib/ui/patterns/page-header.tsx';
import { Card } from '@/lib/ui/primitives/card.tsx';
import { KeyValueList } from '@/lib/ui/primitives/key-value-list.tsx';
import { RelativeTime } from '@/lib/ui/primitives/relative-time.tsx';
import { sourceWords } from '../_parts/words.ts';
import { ClientsCard } from './clients-card.tsx';
import { SessionsCard } from './sessions-card.tsx';
import { SignIns } from './sign-ins.tsx';
import { UserFrame } from './user-frame.tsx';
import { UserHealth } from './user-health.tsx';

export const metadata: Metadata = { title: 'User' };

export default function UserPage({ params }: { params: Promise<{ id: string }> }) {
  return (
    <UserFrame params={params}>
      {(detail, viewer) => {
        const { user } = detail;
        return (
          <Stack>
            <UserHealth detail={detail} mayWrite={may(viewer, 'users.write')} />
            <SessionsCard user={user} first={detail.sessions} mayEnd={may(viewer, 'sessions.end')} />
            <ClientsCard user={user} clients={detail.clients} mayEnd={may(viewer, 'sessions.end')} />
            <Columns>
              <Card title="Who">
                <KeyValueList
                  items={[
                    { label: 'User ID', value: user.userId },
                    { label: 'Name', value: user.name },
                    { label: 'Mail', value: user.mail },
                    { label: 'IM domain', value: <span className="font-mono">{user.domain}</span> },
                    { label: 'Kept in', value: sourceWords[user.source] },
                    {
                      label: 'Messages waiting',
                      value: countOf(detail.offlineMessages, 'message'),
                      ...(detail.offlineMessages > 0 ? { help: 'Delivered at the next sign-in.' } : {}),
                    },
                    {
                      label: 'Administrator commands',
                      value: detail.isXmppAdministrator ? 'May use them from a chat client' : 'Not allowed',
                    },
                    { label: 'Added', value: <RelativeTime at={user.createdAt} /> },
                    { label: 'Changed', value: <RelativeTime at={user.updatedAt} /> },
                    { label: 'Last sign-in', value: <RelativeTime at={user.lastSignInAt} /> },
                    { label: 'Number', value: user.id },
                  ]}
                />
              </Card>
              <Card title="Last sign-ins" purpose="With the reason where one failed. The person outside saw one text for all failures.">
                <SignIns signIns={detail.signIns} />
              </Card>
            </Columns>
          </Stack>
        );
      }}
    </UserFrame>
  );
}
