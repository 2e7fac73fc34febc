import { RelativeTime } from '@/lib/ui/primitives/relative-time.tsx';
import { StatusBadge } from '@/lib/ui/primitives/status.tsx';
import type { UserDetail } from './_load.ts';

export function SignIns({ signIns }: { signIns: UserDetail['signIns'] }) {
  if (signIns.length === 0) return <p className="text-body text-quiet">Nobody has tried to sign in with this account lately.</p>;
  return (
    <ul className="divide-y divide-soft">
      {signIns.map((each, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two tries of the same millisecond differ in nothing else
        <li key={`${each.at}-${index}`} className="flex flex-wrap items-center gap-x-3 gap-y-1 py-2 text-table first:pt-0 last:pb-0">
          {each.outcome === 'ok' ? (
            <StatusBadge status="running" word="Signed in" plain />
          ) : (
            <StatusBadge status="down" word={each.reason} plain className="whitespace-normal" />
          )}
          <span className="text-quiet wrap-anywhere">
            from <span className="font-mono">{each.address || 'unknown'}</span>
            {each.mechanism ? `, ${each.mechanism}` : ''}
          </span>
          <span className="ml-auto text-quiet">
            <RelativeTime at={each.at} />
          </span>
        </li>
      ))}
    </ul>
  );
}
