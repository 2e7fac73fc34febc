import { PageHeader } from '@/lib/ui/patterns/page-header.tsx';
import { LinkTabs } from '@/lib/ui/primitives/tabs.tsx';

export const FilesHeader = ({ maySettings }: { maySettings: boolean }) => (
  <PageHeader
    title="Files"
    purpose="What people have uploaded to share. Whoever has the address of a file can fetch it; here it is named, not shown."
    tabs={
      <LinkTabs
        label="Files"
        tabs={[
          { href: '/messaging/files', label: 'Files', exact: true },
          { href: '/messaging/files/people', label: 'Space' },
          { href: '/messaging/files/log', label: 'Log' },
          ...(maySettings ? [{ href: '/messaging/files/settings', label: 'Settings' }] : []),
        ]}
      />
    }
  />
);
