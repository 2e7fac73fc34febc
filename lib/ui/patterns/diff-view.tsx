import { cn } from '../cn.ts';
import { ScrollX } from '../primitives/scroll-x.tsx';
import type { DiffRow } from './diff-rows.ts';

/** What a change was or will be, old → new. */
export function DiffView({
  rows,
  label = 'Changes',
  fromLabel = 'Before',
  toLabel = 'After',
}: {
  rows: readonly DiffRow[];
  label?: string;
  fromLabel?: string;
  toLabel?: string;
}) {
  if (rows.length === 0) return <p className="text-body text-quiet">Nothing changed.</p>;
  return (
    <ScrollX label={label}>
      <table aria-label={label} className="w-full min-w-80 text-left text-table">
        <thead>
          <tr className="border-b border-soft text-quiet">
            <th className="py-2 pr-4 font-medium">What</th>
            <th className="py-2 pr-4 font-medium">{fromLabel}</th>
            <th className="py-2 font-medium">{toLabel}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.label} className="border-b border-soft align-top last:border-0">
              <th scope="row" className="max-w-56 py-2 pr-4 font-medium text-strong">
                {row.label}
                {row.note ? <p className="font-normal text-quiet">{row.note}</p> : null}
                {row.warning ? <p className="font-normal text-warn">▲ {row.warning}</p> : null}
              </th>
              <td className={cn('py-2 pr-4 text-quiet wrap-anywhere', row.from !== '' && 'line-through decoration-from-font')}>
                {row.from === '' ? 'Empty' : row.from}
              </td>
              <td className="py-2 text-strong wrap-anywhere">{row.to === '' ? <span className="text-quiet">Empty</span> : row.to}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollX>
  );
}
