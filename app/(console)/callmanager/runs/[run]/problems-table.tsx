import type { Value } from '@/app/_shared/values.ts';
import type { AdminApi } from '@/lib/admin/api.ts';
import { countOf, formatNumber } from '@/lib/ui/format.ts';
import { Card } from '@/lib/ui/primitives/card.tsx';
import { KeyValueList } from '@/lib/ui/primitives/key-value-list.tsx';
import { problemWords } from '../../words.ts';

type Row = Value<AdminApi['callManager']['problems']>['items'][number];

/** What a run could not take over, or not whole. */
export const ProblemsTable = ({ rows, total }: { rows: readonly Row[]; total: number }) => (
  <Card
    title={countOf(total, 'problem')}
    purpose="Mend them in the call manager or the directory, then synchronise: what is mended goes from the list."
  >
    <KeyValueList
      items={rows.map((row) => ({
        label: row.userId === '' ? (problemWords[row.kind] ?? row.kind) : `${row.userId}: ${problemWords[row.kind] ?? row.kind}`,
        value: row.says,
      }))}
    />
    {total > rows.length ? (
      <p className="mt-3 text-quiet">
        The first {formatNumber(rows.length)} are shown. <code>rollcall callmanager problems</code> lists all.
      </p>
    ) : null}
  </Card>
);
