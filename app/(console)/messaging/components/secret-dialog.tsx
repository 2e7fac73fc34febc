'use client';
import { Banner } from '@/lib/ui/primitives/banner.tsx';
import { Button } from '@/lib/ui/primitives/button.tsx';
import { CopyText } from '@/lib/ui/primitives/copy-text.tsx';
import { Dialog } from '@/lib/ui/primitives/dialog.tsx';
import { KeyValueList } from '@/lib/ui/primitives/key-value-list.tsx';

/** The one time that a secret is seen, with what else goes into the configuration of the component. */
export function SecretDialog({
  made,
  ports,
  onClose,
}: {
  made: { readonly domain: string; readonly secret: string } | null;
  ports: readonly { readonly name: string; readonly port: number }[];
  onClose: () => void;
}) {
  return (
    <Dialog
      open={made !== null}
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={`Secret of ${made?.domain ?? ''}`}
      actions={
        <Button look="primary" onClick={onClose}>
          I have copied the secret
        </Button>
      }
    >
      <div className="flex flex-col gap-4">
        <Banner tone="notice" title="Copy the secret now">
          It is shown this once. If it is lost, make another.
        </Banner>
        <KeyValueList
          items={[
            { label: 'Domain', value: <CopyText text={made?.domain ?? ''} label="domain" /> },
            { label: 'Secret', value: <CopyText text={made?.secret ?? ''} label="secret" /> },
            {
              label: 'Port',
              value: ports.length === 0 ? 'None is open yet' : ports.map(({ name, port }) => `${port} (${name})`).join(', '),
            },
          ]}
        />
      </div>
    </Dialog>
  );
}
