import type { ReactNode } from 'react';
import { PageHeader } from '@/lib/ui/patterns/page-header.tsx';
import { LinkTabs } from '@/lib/ui/primitives/tabs.tsx';

export const AdministratorsHeader = ({ actions }: { actions?: ReactNode }) => (
  <PageHeader
    title="Administrators"
    purpose="People who may use this console, and what each may do there. They are not users: they have no address and send no messages."
    actions={actions}
    tabs={
      <LinkTabs
        label="Administrators"
        tabs={[
          { href: '/security/administrators', label: 'Administrators', exact: true },
          { href: '/security/roles', label: 'Roles' },
          { href: '/security/administrators/sessions', label: 'Console sessions' },
        ]}
      />
    }
  />
);
