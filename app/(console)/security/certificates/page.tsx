import type { Metadata } from 'next';
import { traceOf } from '@/app/_shared/console-action.ts';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { PageHeader, Stack } from '@/lib/ui/patterns/page-header.tsx';
import { FailedState, NoPermission } from '@/lib/ui/patterns/states.tsx';
import { CertificateCard } from './_parts/certificate-card.tsx';

export const metadata: Metadata = { title: 'Certificates' };

export default async function CertificatesPage() {
  const viewer = await requireViewer();
  if (!may(viewer, 'certificates.read')) return <NoPermission what="see certificates" permission="certificates.read" />;
  const found = await admin().certificates.list(viewer, {});
  return (
    <>
      <PageHeader
        title="Certificates"
        purpose="What this node shows to chat clients and to browsers. A new one is used for new connections at once; open sessions stay."
      />
      {found.ok ? (
        <Stack>
          {found.value.items.map((certificate) => (
            <CertificateCard key={certificate.use} certificate={certificate} mayWrite={may(viewer, 'certificates.write')} />
          ))}
        </Stack>
      ) : (
        <FailedState title="The certificates could not be read" trace={traceOf(found.fault) ?? undefined}>
          {found.fault.message} Connections go on with the certificates in use.
        </FailedState>
      )}
    </>
  );
}
