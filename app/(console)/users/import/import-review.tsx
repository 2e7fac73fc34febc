'use client';
import { countOf, formatNumber } from '@/lib/ui/format.ts';
import { giveFile } from '@/lib/ui/give-file.ts';
import { Stat, Stats } from '@/lib/ui/patterns/stat.tsx';
import { Banner } from '@/lib/ui/primitives/banner.tsx';
import { Button } from '@/lib/ui/primitives/button.tsx';
import { Card } from '@/lib/ui/primitives/card.tsx';
import { failedRowsCsv } from './csv-rows.ts';

import type { ImportPreview } from './import-wizard.tsx';

/** What the import will do, before it does it. */
export function ImportReview({
  preview,
  csv,
  name,
  busy,
  onBack,
  onImport,
}: {
  preview: ImportPreview;
  csv: string;
  name: string;
  busy: boolean;
  onBack: () => void;
  onImport: () => void;
}) {
  const { rows, willCreate, willSkip, willFail, withoutPassword, newDomains, problems, skips } = preview;
  return (
    <>
      <p role="status" className="max-w-[720px]">
        <strong className="font-semibold text-strong">{name}</strong> has {countOf(rows, 'row')}. {countOf(willCreate, 'user')}{' '}
        {willCreate === 1 ? 'is' : 'are'} added
        {willSkip > 0
          ? `, ${formatNumber(willSkip)} ${willSkip === 1 ? 'exists already and stays as it is' : 'exist already and stay as they are'}`
          : ''}
        {willFail > 0 ? `, ${countOf(willFail, 'row')} cannot be used` : ''}.
      </p>
      <Stats label="What the import does">
        <Stat label="Added" value={willCreate} tone={willCreate > 0 ? 'ok' : 'idle'} />
        <Stat label="Exist already" value={willSkip} />
        <Stat label="Cannot be used" value={willFail} {...(willFail > 0 ? { tone: 'fault' as const } : {})} />
        <Stat label="Without a password" value={withoutPassword} note="Nobody can sign in as them before one is set." />
      </Stats>
      {newDomains.length > 0 ? (
        <Banner tone="info" title={`${countOf(newDomains.length, 'domain')} will be hosted anew`}>
          {newDomains.slice(0, 20).join(', ')}
          {newDomains.length > 20 ? ' and more' : ''}. Check the spelling: a mistyped domain makes addresses that nobody reaches.
        </Banner>
      ) : null}
      <div className="flex flex-wrap gap-2">
        <Button onClick={onBack} disabled={busy}>
          Choose another file
        </Button>
        <Button look="primary" disabled={willCreate === 0} busy={busy} busyLabel="Starting…" onClick={onImport}>
          Import {countOf(willCreate, 'user')}
        </Button>
      </div>
      {willCreate === 0 ? <p className="text-body text-quiet">There is nobody to add in this file.</p> : null}
      {problems.length > 0 ? (
        <RowList
          title="Rows that cannot be used"
          purpose="They are left out. Correct them in the file and check it again, or import them later."
          rows={problems}
          all={willFail}
          action={
            problems.length === willFail ? (
              <Button
                size="small"
                onClick={() => giveFile('rows-to-correct.csv', failedRowsCsv(csv, new Set(problems.map((row) => row.line))))}
              >
                Download these rows
              </Button>
            ) : null
          }
        />
      ) : null}
      {skips.length > 0 ? (
        <RowList title="Rows that are skipped" purpose="These users are not changed." rows={skips} all={willSkip} />
      ) : null}
    </>
  );
}

function RowList({
  title,
  purpose,
  rows,
  all,
  action,
}: {
  title: string;
  purpose: string;
  rows: ImportPreview['problems'];
  all: number;
  action?: React.ReactNode;
}) {
  return (
    <Card
      title={title}
      purpose={rows.length < all ? `${purpose} The first ${rows.length} of ${formatNumber(all)} are shown.` : purpose}
      action={action}
      flush
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className="max-h-96 overflow-auto border-t border-soft" tabIndex={0} aria-label={`Lines: ${title}`}>
        <table className="w-full text-left text-table">
          <thead>
            <tr className="border-b border-soft text-quiet">
              <th className="w-16 px-4 py-2 text-right font-medium">Line</th>
              <th className="w-64 px-3 py-2 font-medium">User ID</th>
              <th className="px-3 py-2 font-medium">Why</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.line} className="border-b border-soft align-top last:border-0">
                <td className="px-4 py-1.5 text-right text-quiet tabular-nums">{row.line}</td>
                <th scope="row" className="px-3 py-1.5 font-medium text-strong wrap-anywhere">
                  {row.userId || <span className="font-normal text-quiet">Empty</span>}
                </th>
                <td className="px-3 py-1.5 wrap-anywhere">{row.message}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </Card>
  );
}
