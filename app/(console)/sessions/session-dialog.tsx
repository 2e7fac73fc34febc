'use client';
import { ButtonLink } from '@/lib/ui/primitives/button.tsx';
import { CopyText } from '@/lib/ui/primitives/copy-text.tsx';
import { Dialog } from '@/lib/ui/primitives/dialog.tsx';
import { KeyValueList } from '@/lib/ui/primitives/key-value-list.tsx';
import { RelativeTime } from '@/lib/ui/primitives/relative-time.tsx';
import { PresenceMark, presenceOfShow, StatusBadge } from '@/lib/ui/primitives/status.tsx';
import type { SessionRow } from './sessions-table.tsx';
import { transportWords } from './words.ts';

/** All that is known of one session. */
export function SessionDialog({ row, onClose }: { row: SessionRow | null; onClose: () => void }) {
  return (
    <Dialog
      open={row !== null}
      onOpenChange={onClose}
      title={row ? `${row.user}/${row.resource}` : ''}
      actions={row ? <ButtonLink href={`/users/${row.userId}`}>Open the user</ButtonLink> : null}
    >
      {row ? (
        <KeyValueList
          items={[
            {
              label: 'State',
              value:
                row.state === 'live' ? (
                  <StatusBadge status="running" word="Connected" />
                ) : (
                  <StatusBadge status="changing" word="May resume" tone="notice" />
                ),
              ...(row.state === 'live' ? {} : { help: 'The connection broke; messages are kept until the client resumes.' }),
            },
            { label: 'Presence', value: row.show === '' ? 'Not sent yet' : <PresenceMark presence={presenceOfShow(row.show)} /> },
            { label: 'Status text', value: row.status },
            { label: 'Priority', value: row.priority },
            { label: 'Full JID', value: <CopyText text={`${row.user}/${row.resource}`} label="full JID" /> },
            { label: 'Client', value: row.client },
            { label: 'Connection', value: transportWords[row.transport] },
            { label: 'Encryption', value: row.tlsVersion ? `${row.tlsVersion}, ${row.cipher}` : 'None' },
            { label: 'Sign-in', value: row.mechanism },
            { label: 'Address', value: <CopyText text={row.address} label="address" /> },
            { label: 'Since', value: <RelativeTime at={row.since} /> },
            { label: 'Session', value: <CopyText text={row.id} label="session id" /> },
          ]}
        />
      ) : null}
    </Dialog>
  );
}
