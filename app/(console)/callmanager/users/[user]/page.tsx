import type { Metadata } from 'next';
import { traceOf } from '@/app/_shared/console-action.ts';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { PageHeader, Stack } from '@/lib/ui/patterns/page-header.tsx';
import { FailedState, Missing, NoPermission } from '@/lib/ui/patterns/states.tsx';
import { Banner } from '@/lib/ui/primitives/banner.tsx';
import { ButtonLink } from '@/lib/ui/primitives/button.tsx';
import { Card } from '@/lib/ui/primitives/card.tsx';
import { CopyText } from '@/lib/ui/primitives/copy-text.tsx';
import { KeyValueList } from '@/lib/ui/primitives/key-value-list.tsx';
import { RelativeTime } from '@/lib/ui/primitives/relative-time.tsx';

export const metadata: Metadata = { title: 'User of the call manager' };
const crumbs = [
  { label: 'Call manager', href: '/callmanager' },
  { label: 'Users', href: '/callmanager/users' },
];
const yesNo = (is: boolean) => (is ? 'Yes' : 'No');

export default async function CallManagerUserPage({ params }: { params: Promise<{ user: string }> }) {
  const viewer = await requireViewer();
  if (!may(viewer, 'callManager.read')) return <NoPermission what="see the call manager" permission="callManager.read" />;
  const name = decodeURIComponent((await params).user);
  const found = await admin().callManager.user(viewer, { user: name });
  if (!found.ok) {
    if (found.fault.kind === 'missing')
      return (
        <Missing title={`No user ${name}`} action={{ label: 'Users of the call manager', href: '/callmanager/users' }}>
          {found.fault.message}
        </Missing>
      );
    return (
      <FailedState title="The user could not be read" trace={traceOf(found.fault) ?? undefined}>
        {found.fault.message}
      </FailedState>
    );
  }
  const { user, devices } = found.value;
  return (
    <>
      <PageHeader
        crumbs={crumbs}
        title={user.name === '' ? user.userId : user.name}
        purpose="What the call manager tells of this person."
        actions={user.accountId === null ? undefined : <ButtonLink href={`/users/${user.accountId}`}>Open the account</ButtonLink>}
      />
      <Stack>
        {user.problem === '' ? null : (
          <Banner tone="warn" title="There is a problem">
            {user.problem} Mend it in the call manager or the directory, then synchronise.
          </Banner>
        )}
        {user.goneAt === null ? null : (
          <Banner tone="warn" title="The call manager no longer knows this user">
            Since <RelativeTime at={user.goneAt} />. The account is disabled and will be deleted after the time that the settings give.
          </Banner>
        )}
        <div className="grid gap-4 lg:grid-cols-2">
          <Card title="Person">
            <KeyValueList
              items={[
                { label: 'User ID', value: <CopyText text={user.userId} label="user ID" /> },
                { label: 'Mail', value: user.mail },
                { label: 'Directory URI', value: user.directoryUri },
                { label: 'Department', value: user.department },
                { label: 'Title', value: user.title },
                { label: 'Telephone', value: user.telephone },
                { label: 'Mobile', value: user.mobile },
              ]}
            />
          </Card>
          <Card title="Right to use IM and presence" purpose="All three must be so.">
            <KeyValueList
              items={[
                { label: 'Active', value: yesNo(user.active) },
                { label: 'Home cluster', value: yesNo(user.homeCluster) },
                { label: 'Enabled for IM and presence', value: yesNo(user.imEnabled) },
                { label: 'Service profile', value: user.serviceProfile },
                { label: 'Primary extension', value: user.partition === '' ? user.extension : `${user.extension} in ${user.partition}` },
                { label: 'Id in the call manager', value: <CopyText text={user.uuid} label="id" /> },
              ]}
            />
          </Card>
        </div>
        <Card title="Devices and lines">
          {devices.length === 0 ? (
            <p className="text-quiet">None.</p>
          ) : (
            <KeyValueList
              items={devices.map((device) => ({
                label: `${device.name} (${device.model})`,
                value:
                  device.lines.length === 0
                    ? 'No line'
                    : device.lines
                        .map((line) => (line.partition === '' ? line.pattern : `${line.pattern} in ${line.partition}`))
                        .join(', '),
              }))}
            />
          )}
        </Card>
      </Stack>
    </>
  );
}
