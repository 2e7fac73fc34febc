import { PageHeader } from '@/lib/ui/patterns/page-header.tsx';
import { LinkTabs } from '@/lib/ui/primitives/tabs.tsx';

export const SettingsHeader = () => (
  <PageHeader
    title="Settings"
    purpose="Every setting of the server. Changes apply at once, without a restart, and can be undone."
    tabs={
      <LinkTabs
        label="Settings"
        tabs={[
          { href: '/settings', label: 'All settings', exact: true },
          { href: '/settings/history', label: 'History' },
        ]}
      />
    }
  />
);
