'use client';

import { useEffect, useState } from 'react';
import { diffRows } from '@/lib/ui/patterns/diff-rows.ts';
import { DiffView } from '@/lib/ui/patterns/diff-view.tsx';
import { Badge } from '@/lib/ui/primitives/badge.tsx';
import { ButtonLink } from '@/lib/ui/primitives/button.tsx';
import { Code } from '@/lib/ui/primitives/code.tsx';
import { CopyText } from '@/lib/ui/primitives/copy-text.tsx';
import { Dialog } from '@/lib/ui/primitives/dialog.tsx';
import { KeyValueList } from '@/lib/ui/primitives/key-value-list.tsx';
import { Link } from '@/lib/ui/primitives/link.tsx';
import { RelativeTime } from '@/lib/ui/primitives/relative-time.tsx';
import { StatusBadge } from '@/lib/ui/primitives/status.tsx';
import { readAudit } from './actions.ts';
import type { AuditRow } from './audit-table.tsx';
import { actionWords, actorKindWords, resultLooks, targetHref } from './words.ts';

/** One record: who, what, the values before and after, and the parts it was done in. */
export function RecordDialog({ row, onClose }: { row: AuditRow | null; onClose: () => void }) {
  const href = row ? targetHref(row.targetKey) : null;
  return (
    <Dialog
      open={row !== null}
      onOpenChange={onClose}
      wide
      title={row ? actionWords(row.action) : ''}
      actions={href ? <ButtonLink href={href}>Open what it is about</ButtonLink> : null}
    >
      {row ? (
        <div className="flex flex-col gap-5">
          <KeyValueList
            items={[
              {
                label: 'Result',
                value: <StatusBadge status={resultLooks[row.result].status} word={resultLooks[row.result].word} />,
              },
              ...(row.detail ? [{ label: 'Detail', value: row.detail }] : []),
              {
                label: 'Who',
                value: (
                  <>
                    {row.actor} <Badge>{actorKindWords(row.actorKind)}</Badge>
                  </>
                ),
                ...(row.role ? { help: `With the role ${row.role}.` } : {}),
              },
              { label: 'From', value: row.address ? <CopyText text={row.address} label="address" /> : 'This machine' },
              { label: 'To what', value: row.target },
              { label: 'When', value: <RelativeTime at={row.at} /> },
              { label: 'Node', value: row.node },
              { label: 'Action', value: <Code>{row.action}</Code> },
              { label: 'Record', value: <CopyText text={row.id} label="id of the record" /> },
              { label: 'Seal', value: <CopyText text={row.hash} label="seal" /> },
            ]}
          />
          {hasValues(row) ? (
            <section>
              <h3 className="mb-1 text-card">Values</h3>
              <DiffView rows={diffRows(row.before, row.after)} label="Values before and after" />
            </section>
          ) : null}
          <Parts row={row} />
        </div>
      ) : null}
    </Dialog>
  );
}

const hasValues = (row: AuditRow): boolean => [row.before, row.after].some((value) => value !== null && value !== undefined);

/** What a job did, slice by slice. */
function Parts({ row }: { row: AuditRow }) {
  const [parts, setParts] = useState<readonly AuditRow[]>([]);
  const [more, setMore] = useState(false);
  // The parts of a job name the job, which the record that started it is about.
  const parent = row.targetKey.startsWith('job:') ? row.targetKey : null;
  useEffect(() => {
    setParts([]);
    setMore(false);
    if (parent === null) return;
    let wanted = true;
    readAudit({ parentId: parent, limit: 20 }).then(
      (state) => {
        if (!wanted || state.is !== 'done') return;
        setParts(state.value.items);
        setMore(state.value.next !== null);
      },
      // The record itself is complete without its parts; the page of the job has the result of each row.
      () => undefined,
    );
    return () => {
      wanted = false;
    };
  }, [parent]);
  if (parts.length === 0) return null;
  return (
    <section>
      <h3 className="mb-1 text-card">Parts of it</h3>
      <ul className="divide-y divide-soft text-table">
        {parts.map((part) => (
          <li key={part.id} className="flex flex-wrap items-center gap-x-3 gap-y-1 py-1.5">
            <StatusBadge status={resultLooks[part.result].status} word={resultLooks[part.result].word} plain />
            <span className="min-w-0 flex-1 text-strong wrap-anywhere">
              {actionWords(part.action)}: {part.target}
            </span>
            <span className="text-quiet">
              <RelativeTime at={part.at} />
            </span>
          </li>
        ))}
      </ul>
      {more && parent ? (
        <p className="mt-1 text-table text-quiet">
          The newest 20 are shown.{' '}
          <Link className="text-accent underline" href={targetHref(parent) ?? '/jobs'}>
            The page of the job
          </Link>{' '}
          has the result of each row.
        </p>
      ) : null}
    </section>
  );
}
