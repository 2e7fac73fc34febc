'use client';
import { CircleSlash, Inbox, Lock, PlugZap, SearchX, TriangleAlert } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { type ReactNode, useTransition } from 'react';
import { cn } from '../cn.ts';
import { formatClock } from '../format.ts';
import { Banner } from '../primitives/banner.tsx';
import { Button, ButtonLink } from '../primitives/button.tsx';
import { CopyText } from '../primitives/copy-text.tsx';

function Panel({
  icon: Icon,
  title,
  children,
  actions,
  alert,
  bare,
  level = 2,
}: {
  icon: typeof Inbox;
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
  alert?: boolean;
  bare?: boolean;
  /** 1 where it takes the place of the whole page. */
  level?: 1 | 2;
}) {
  const Heading = `h${level}` as const;
  return (
    <div
      {...(alert ? { role: 'alert' } : {})}
      className={cn('flex flex-col items-center gap-2 px-6 py-10 text-center', !bare && 'rounded-panel border border-soft bg-panel')}
    >
      <Icon className="size-6 text-quiet" aria-hidden="true" />
      <Heading className="text-card">{title}</Heading>
      {children ? <div className="max-w-[480px] text-body text-ink wrap-anywhere">{children}</div> : null}
      {actions ? <div className="mt-2 flex flex-wrap justify-center gap-2">{actions}</div> : null}
    </div>
  );
}

export interface EmptyStateProps {
  title: string;
  /** What it is and why one wants it. */
  children: ReactNode;
  /** One button. */
  action?: ReactNode;
  /** One page of the documentation. */
  doc?: { label: string; href: string };
  bare?: boolean;
}
/** Nothing there yet. */
export function EmptyState({ title, children, action, doc, bare }: EmptyStateProps) {
  return (
    <Panel
      icon={Inbox}
      title={title}
      bare={bare ?? false}
      actions={
        action || doc ? (
          <>
            {action}
            {doc ? (
              <ButtonLink href={doc.href} look="quiet">
                {doc.label}
              </ButtonLink>
            ) : null}
          </>
        ) : undefined
      }
    >
      {children}
    </Panel>
  );
}

/** There is something, but not for these filters. */
export const NothingMatches = ({
  what,
  onClear,
  bare,
}: {
  /** "users whose state is disabled and that contain “ana”" */ what: string;
  onClear: () => void;
  bare?: boolean;
}) => (
  <Panel icon={SearchX} title="Nothing matches" bare={bare ?? false} actions={<Button onClick={onClear}>Clear search and filters</Button>}>
    There are no {what}.
  </Panel>
);

/** What failed, what still works, retry, and the number that finds it in the log. */
export function FailedState({
  title,
  children,
  trace,
  onRetry,
  retryLabel = 'Try again',
}: {
  title: string;
  children?: ReactNode;
  trace?: string | undefined;
  onRetry?: () => void;
  retryLabel?: string;
}) {
  const router = useRouter();
  const [busy, start] = useTransition();
  return (
    <Panel
      icon={TriangleAlert}
      title={title}
      alert
      actions={
        <Button busy={busy} busyLabel="Trying again…" onClick={() => start(() => (onRetry ? onRetry() : router.refresh()))}>
          {retryLabel}
        </Button>
      }
    >
      {children}
      {trace ? (
        <p className="mt-2 text-table text-quiet">
          Trace <CopyText text={trace} label="trace" />
        </p>
      ) : null}
    </Panel>
  );
}

/** The role does not cover this page: names what is missing and who can grant it. */
export const NoPermission = ({
  what,
  permission,
  grantedBy = 'An administrator can change your role under Security, Administrators.',
}: {
  what: string;
  permission: string;
  grantedBy?: string;
}) => (
  <Panel icon={Lock} level={1} title={`Your role cannot ${what}`}>
    It needs the permission {permission}. {grantedBy}
  </Panel>
);

/** A step that comes first is missing. */
export const NotConfigured = ({
  title,
  children,
  action,
}: {
  title: string;
  children: ReactNode;
  action: { label: string; href: string };
}) => (
  <Panel
    icon={PlugZap}
    title={title}
    actions={
      <ButtonLink look="primary" href={action.href}>
        {action.label}
      </ButtonLink>
    }
  >
    {children}
  </Panel>
);

/** No such thing (any more). */
export const Missing = ({ title, children, action }: { title: string; children: ReactNode; action: { label: string; href: string } }) => (
  <Panel icon={CircleSlash} level={1} title={title} actions={<ButtonLink href={action.href}>{action.label}</ButtonLink>}>
    {children}
  </Panel>
);

/** Live updates are paused. Put the values below it into `<Quiet when>`; they stay. */
export const StaleBanner = ({ stale, since }: { stale: boolean; since: number }) =>
  stale ? (
    <Banner tone="notice" className="mb-4">
      Live updates paused at {formatClock(since, true)}, showing the last known state. They go on by themselves when the connection is back.
    </Banner>
  ) : null;
export const Quiet = ({ when, children }: { when: boolean; children: ReactNode }) => (
  <div data-stale={when || undefined} className={when ? 'opacity-75 saturate-50' : undefined}>
    {children}
  </div>
);
