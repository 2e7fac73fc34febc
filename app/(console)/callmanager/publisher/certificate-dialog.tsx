'use client';
import type { CertificateView } from '@/lib/admin/callmanager/outputs.ts';
import { Banner } from '@/lib/ui/primitives/banner.tsx';
import { Button } from '@/lib/ui/primitives/button.tsx';
import { CopyText } from '@/lib/ui/primitives/copy-text.tsx';
import { Dialog } from '@/lib/ui/primitives/dialog.tsx';
import { KeyValueList } from '@/lib/ui/primitives/key-value-list.tsx';

/** What the server shows of itself; an administrator compares the fingerprint and then trusts it. */
export function CertificateDialog({
  chain,
  onClose,
  onTrust,
}: {
  chain: readonly CertificateView[] | null;
  onClose: () => void;
  onTrust: (pem: string) => void;
}) {
  // The authority at the end signs the next certificate too; a self-signed one stands alone.
  const trusted = chain?.at(-1);
  return (
    <Dialog
      open={chain !== null}
      onOpenChange={(open) => (open ? undefined : onClose())}
      title="The certificate that the call manager shows"
      wide
      actions={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button look="primary" disabled={trusted === undefined} onClick={() => onTrust(trusted?.pem ?? '')}>
            Trust the last of them
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <Banner tone="notice" title="Compare the fingerprint first">
          Whoever sits between here and the call manager could show another one. Its administrator sees the right fingerprint under OS
          Administration, Security, Certificate Management (tomcat).
        </Banner>
        {chain?.map((one) => (
          <KeyValueList
            key={one.sha256}
            items={[
              { label: 'Made out to', value: one.subject },
              { label: 'Names', value: one.names === '' ? 'None' : one.names },
              { label: 'Signed by', value: one.selfSigned ? 'Itself' : one.issuer },
              {
                label: 'Valid',
                value: `${new Date(one.notBefore).toISOString().slice(0, 10)} to ${new Date(one.notAfter).toISOString().slice(0, 10)}`,
              },
              { label: 'SHA-256', value: <CopyText text={one.sha256} label="fingerprint" /> },
            ]}
          />
        ))}
      </div>
    </Dialog>
  );
}
