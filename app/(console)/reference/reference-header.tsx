import { PageHeader } from '@/lib/ui/patterns/page-header.tsx';
import { ButtonLink } from '@/lib/ui/primitives/button.tsx';
import { LinkTabs } from '@/lib/ui/primitives/tabs.tsx';

export const ReferenceHeader = () => (
  <PageHeader
    title="Reference"
    purpose="Everything this console does can be done by REST and from the command line. This page is made from the server itself."
    actions={
      <ButtonLink href="/api/v1/openapi.json" target="_blank" rel="noreferrer">
        Open the OpenAPI document
      </ButtonLink>
    }
    tabs={
      <LinkTabs
        label="Reference"
        tabs={[
          { href: '/reference', label: 'Operations', exact: true },
          { href: '/reference/start', label: 'First steps' },
          { href: '/reference/permissions', label: 'Permissions' },
          { href: '/reference/protocols', label: 'Protocols' },
        ]}
      />
    }
  />
);
