import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { traceOf } from '@/app/_shared/console-action.ts';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import { getCertificateInput } from '@/lib/admin/certificates/inputs.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { PageHeader, Reading } from '@/lib/ui/patterns/page-header.tsx';
import { FailedState, NoPermission } from '@/lib/ui/patterns/states.tsx';
import { UploadForm } from './upload-form.tsx';

export const metadata: Metadata = { title: 'Upload a certificate' };

export default async function UploadPage({ params }: { params: Promise<{ use: string }> }) {
  const viewer = await requireViewer();
  if (!may(viewer, 'certificates.write')) return <NoPermission what="replace certificates" permission="certificates.write" />;
  const parsed = getCertificateInput.safeParse(await params);
  if (!parsed.success) notFound();
  const found = await admin().certificates.get(viewer, parsed.data);
  if (!found.ok) {
    return (
      <FailedState title="The certificate in use could not be read" trace={traceOf(found.fault) ?? undefined}>
        {found.fault.message}
      </FailedState>
    );
  }
  return (
    <>
      <PageHeader
        crumbs={[{ label: 'Certificates', href: '/security/certificates' }]}
        title={`Upload a certificate: ${found.value.title}`}
        purpose="It is checked first, and nothing changes before you have seen the outcome."
      />
      <Reading>
        <UploadForm use={found.value.use} request={found.value.request ? { createdAt: found.value.request.createdAt } : null} />
      </Reading>
    </>
  );
}
