import type { Metadata } from 'next';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { PageHeader, Reading } from '@/lib/ui/patterns/page-header.tsx';
import { NoPermission } from '@/lib/ui/patterns/states.tsx';
import { TokenForm } from './token-form.tsx';

export const metadata: Metadata = { title: 'Make a token' };

export default async function NewTokenPage() {
  const viewer = await requireViewer();
  if (!may(viewer, 'tokens.write')) return <NoPermission what="make tokens" permission="tokens.write" />;
  // For the example: a read that needs nothing but its permission.
  const examples = Object.fromEntries(
    admin()
      .reference()
      .entries.flatMap(({ permission, rest, input }) =>
        'none' in rest || rest.method !== 'GET' || input.some((field) => field.required) ? [] : [[permission, rest.path] as const],
      )
      .reverse(),
  );
  return (
    <>
      <PageHeader
        crumbs={[{ label: 'API tokens', href: '/security/tokens' }]}
        title="Make a token"
        purpose="For one program. Give it no more than it needs, and each program its own, so that you can revoke one alone."
      />
      <Reading>
        <TokenForm permissions={viewer.permissions} examples={examples} />
      </Reading>
    </>
  );
}
