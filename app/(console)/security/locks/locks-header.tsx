import { PageHeader } from '@/lib/ui/patterns/page-header.tsx';
import { LinkTabs } from '@/lib/ui/primitives/tabs.tsx';

export const LocksHeader = () => (
  <PageHeader
    title="Locks"
    purpose="Accounts and addresses that are refused for a while after failed sign-ins. They end by themselves."
    tabs={
      <LinkTabs
        label="Locks"
        tabs={[
          { href: '/security/locks', label: 'Locks', exact: true },
          { href: '/security/locks/sign-ins', label: 'Recent sign-ins' },
          { href: '/security/locks/history', label: 'History of settings' },
        ]}
      />
    }
  />
);
