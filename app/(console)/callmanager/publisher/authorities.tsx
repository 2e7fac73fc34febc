import type { StatusView } from '@/lib/admin/callmanager/outputs.ts';
import { CopyText } from '@/lib/ui/primitives/copy-text.tsx';
import { KeyValueList } from '@/lib/ui/primitives/key-value-list.tsx';

type Row = NonNullable<StatusView['publisher']>['authorities'][number];

/** The certificates that are trusted now, to be compared by their fingerprints. */
export const Authorities = ({ rows }: { rows: readonly Row[] }) =>
  rows.length === 0 ? null : (
    <KeyValueList
      items={rows.map((row) => ({
        label: `${row.subject}, until ${new Date(row.notAfter).toISOString().slice(0, 10)}`,
        value: <CopyText text={row.sha256} label="SHA-256 fingerprint" />,
      }))}
    />
  );
