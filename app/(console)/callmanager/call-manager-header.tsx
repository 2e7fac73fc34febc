import type { ReactNode } from 'react';
import { PageHeader } from '@/lib/ui/patterns/page-header.tsx';
import { LinkTabs } from '@/lib/ui/primitives/tabs.tsx';

export const CallManagerHeader = ({ badge, actions, maySettings }: { badge?: ReactNode; actions?: ReactNode; maySettings: boolean }) => (
  <PageHeader
    title="Call manager"
    badge={badge}
    purpose="Users, devices and lines are taken over from the call manager by its AXL interface."
    actions={actions}
    tabs={
      <LinkTabs
        label="Call manager"
        tabs={[
          { href: '/callmanager', label: 'Status', exact: true },
          { href: '/callmanager/users', label: 'Users' },
          { href: '/callmanager/runs', label: 'Runs' },
          { href: '/callmanager/publisher', label: 'Publisher' },
          ...(maySettings ? [{ href: '/callmanager/settings', label: 'Settings' }] : []),
        ]}
      />
    }
  />
);
