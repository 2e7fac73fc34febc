'use client';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import type { RoleView } from '@/lib/admin/roles/outputs.ts';
import { countOf } from '@/lib/ui/format.ts';
import { useShortcut } from '@/lib/ui/hooks/keyboard.tsx';
import type { TableQuery } from '@/lib/ui/patterns/data-table/query.ts';
import { PageHeader, Stack } from '@/lib/ui/patterns/page-header.tsx';
import { FailedState } from '@/lib/ui/patterns/states.tsx';
import { Banner } from '@/lib/ui/primitives/banner.tsx';
import { Button, ButtonLink } from '@/lib/ui/primitives/button.tsx';
import { Card } from '@/lib/ui/primitives/card.tsx';
import { CopyText } from '@/lib/ui/primitives/copy-text.tsx';
import { KeyValueList } from '@/lib/ui/primitives/key-value-list.tsx';
import { Link } from '@/lib/ui/primitives/link.tsx';
import { Menu } from '@/lib/ui/primitives/menu.tsx';
import { RelativeTime } from '@/lib/ui/primitives/relative-time.tsx';
import { StatusBadge } from '@/lib/ui/primitives/status.tsx';
import { nameOfRole } from '../../_parts/words.ts';
import { operatorMenu } from '../administrators-table.tsx';
import { type ConsoleSession, ConsoleSessionsTable } from '../console-sessions-table.tsx';
import { OperatorDialogs, type OperatorQuestion } from '../operator-dialogs.tsx';
import type { OperatorRow } from '../operator-words.ts';

/** One administrator: may sign in or not, who, what the role covers, and where signed in now. */
export function OperatorView({
  operator,
  roles,
  me,
  query,
  sessions,
  tokens,
  may,
}: {
  operator: OperatorRow;
  roles: readonly RoleView[];
  me: string;
  query: TableQuery;
  sessions: readonly ConsoleSession[] | null;
  /** Active tokens this person made; null when they may not be seen. */
  tokens: number | null;
  may: { readonly write: boolean; readonly audit: boolean };
}) {
  const router = useRouter();
  const [question, setQuestion] = useState<OperatorQuestion | null>(null);
  const edit = () => setQuestion({ what: 'edit', row: operator });
  useShortcut('e', 'Edit', edit, { enabled: may.write });
  return (
    <>
      <PageHeader
        crumbs={[{ label: 'Administrators', href: '/security/administrators' }]}
        title={operator.username}
        badge={<StatusBadge status={operator.enabled ? 'running' : 'off'} word={operator.enabled ? 'Enabled' : 'Disabled'} />}
        purpose={operator.name}
        actions={
          <>
            {may.audit ? (
              <ButtonLink href={`/audit?actor=${encodeURIComponent(operator.username)}`} look="quiet">
                See what was done
              </ButtonLink>
            ) : null}
            {may.write ? (
              <>
                <Menu trigger={<Button>More</Button>} items={operatorMenu(operator, me, setQuestion).slice(1)} />
                <Button look="primary" onClick={edit}>
                  Edit
                </Button>
              </>
            ) : null}
          </>
        }
      />
      <Stack>
        {operator.mustChangePassword ? (
          <Banner tone="notice">
            The password was given by somebody else. The person is asked to choose an own one at the next sign-in.
          </Banner>
        ) : null}
        <Card title="Account">
          <KeyValueList
            items={[
              {
                label: 'Role',
                value: nameOfRole(roles, operator.role),
                help: roles.find((role) => role.id === operator.role)?.description ?? '',
              },
              {
                label: 'Password',
                value: operator.source === 'directory' ? 'In a directory, whose groups give the role' : 'Here',
              },
              { label: 'Second factor', value: operator.secondFactor ? 'In use' : 'Not set up' },
              { label: 'Last sign-in', value: <RelativeTime at={operator.lastSignInAt} /> },
              { label: 'Added', value: <RelativeTime at={operator.createdAt} /> },
              ...(tokens === null
                ? []
                : [
                    {
                      label: 'API tokens',
                      value:
                        tokens === 0 ? (
                          ''
                        ) : (
                          <Link
                            href={`/security/tokens?q=${encodeURIComponent(operator.username)}&state=active`}
                            className="text-accent underline underline-offset-2"
                          >
                            {countOf(tokens, 'active token')}
                          </Link>
                        ),
                    },
                  ]),
              { label: 'Id', value: <CopyText text={operator.id} label="id" /> },
            ]}
          />
        </Card>
        <section aria-labelledby="sessions-title">
          <h2 id="sessions-title" className="mb-2 text-card">
            Console sessions
          </h2>
          {sessions ? (
            <ConsoleSessionsTable sessions={sessions} query={query} mayEnd={may.write} />
          ) : (
            <FailedState title="The sessions could not be read">The account itself is shown above.</FailedState>
          )}
        </section>
      </Stack>
      <OperatorDialogs
        roles={roles}
        question={question}
        onClose={() => setQuestion(null)}
        onDeleted={() => router.push('/security/administrators')}
      />
    </>
  );
}
