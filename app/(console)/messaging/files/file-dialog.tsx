'use client';
import { formatBytes, formatNumber } from '@/lib/ui/format.ts';
import { ButtonLink } from '@/lib/ui/primitives/button.tsx';
import { CopyText, Jid } from '@/lib/ui/primitives/copy-text.tsx';
import { Dialog } from '@/lib/ui/primitives/dialog.tsx';
import { KeyValueList } from '@/lib/ui/primitives/key-value-list.tsx';
import { RelativeTime } from '@/lib/ui/primitives/relative-time.tsx';
import type { FileRow } from './files-table.tsx';
import { purposeWords, typeWords } from './words.ts';

/** All that is known of one file; its content is its people's business. */
export function FileDialog({ row, onClose }: { row: FileRow | null; onClose: () => void }) {
  return (
    <Dialog
      open={row !== null}
      onOpenChange={onClose}
      title={row ? row.name : ''}
      actions={row ? <ButtonLink href={`/messaging/files/log?file=${encodeURIComponent(row.id)}`}>Show in the log</ButtonLink> : null}
    >
      {row ? (
        <KeyValueList
          items={[
            { label: 'Owner', value: <Jid jid={row.owner} /> },
            { label: 'Size', value: `${formatBytes(row.size)} (${row.size.toLocaleString('en-GB')} bytes)` },
            { label: 'Type', value: typeWords(row.type) },
            { label: 'Begins like', value: row.sniffed || 'Nothing known' },
            { label: 'Purpose', value: purposeWords(row.purpose) },
            { label: 'Uploaded', value: <RelativeTime at={row.at} /> },
            { label: 'Kept until', value: row.expiresAt === null ? 'For ever' : <RelativeTime at={row.expiresAt} /> },
            { label: 'Downloads', value: formatNumber(row.downloads) },
            { label: 'Last fetched', value: row.lastDownloadAt === null ? 'Never' : <RelativeTime at={row.lastDownloadAt} /> },
            { label: 'SHA-256', value: <CopyText text={row.sha256} label="hash" /> },
            { label: 'File', value: <CopyText text={row.id} label="id of the file" /> },
          ]}
        />
      ) : null}
    </Dialog>
  );
}
