'use client';
import { useRouter } from 'next/navigation';
import { formatDate } from '@/lib/ui/format.ts';
import { problemOf } from '@/lib/ui/patterns/action-state.ts';
import { ConfirmDialog } from '@/lib/ui/primitives/confirm-dialog.tsx';
import { sayDone } from '@/lib/ui/primitives/toast.tsx';
import { regenerateCertificate, revertCertificate } from '../actions.ts';
import { audienceOf, type CertificateView, oneLine } from './words.ts';

export type Replacing = 'regenerate' | 'revert';

/** Asks before the certificate in use is exchanged for a self-signed or the earlier one. */
export function ReplaceDialog({
  certificate,
  asking,
  onClose,
}: {
  certificate: CertificateView;
  asking: Replacing | null;
  onClose: () => void;
}) {
  const router = useRouter();
  const { use, title, previous } = certificate;
  if (asking === null) return null;
  const words =
    asking === 'revert'
      ? {
          title: `Return to the earlier certificate for ${title}?`,
          effect: previous
            ? `${oneLine(previous.subject)}, by ${oneLine(previous.issuer)}, ends ${formatDate(previous.notAfter)}. New connections use it at once; open sessions stay. The present one can be brought back.`
            : '',
          confirm: 'Return to the earlier certificate',
          done: 'The earlier certificate is in use',
        }
      : {
          title: `Make a new self-signed certificate for ${title}?`,
          effect: `Everybody who connects from now on is shown a certificate that no authority vouches for: ${audienceOf[use]} warn, and people who trusted the old fingerprint are asked again. Open sessions stay. The present certificate can be brought back.`,
          confirm: 'Make the certificate',
          done: 'The new certificate is in use',
        };
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={words.title}
      effect={words.effect}
      confirm={words.confirm}
      keep="Keep the present one"
      onConfirm={async () => {
        const state = await (asking === 'revert' ? revertCertificate : regenerateCertificate)({ use });
        if (state.is === 'done') {
          sayDone(words.done);
          router.refresh();
        }
        return problemOf(state);
      }}
    />
  );
}
