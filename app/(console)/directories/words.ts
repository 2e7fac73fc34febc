import type { AgreementView, DirectoryView, RunView } from '@/lib/admin/directories/outputs.ts';
import { countOf } from '@/lib/ui/format.ts';
import type { Status } from '@/lib/ui/primitives/status.tsx';

export const kindWords = { 'active-directory': 'Active Directory', generic: 'OpenLDAP and others' } as const;
export const securityWords = { ldaps: 'LDAPS', starttls: 'StartTLS', none: 'Without TLS' } as const;

type Look = { readonly status: Status; readonly word: string };
/** As a whole: any server that answers serves. */
export function stateOf({ enabled, servers }: Pick<DirectoryView, 'enabled' | 'servers'>): Look {
  if (!enabled) return { status: 'off', word: 'Disabled' };
  const down = servers.filter(({ state }) => state === 'down').length;
  if (down === servers.length) return { status: 'down', word: 'Away' };
  if (down > 0) return { status: 'degraded', word: `${down} of ${servers.length} away` };
  return servers.some(({ state }) => state === 'up')
    ? { status: 'running', word: 'Answers' }
    : { status: 'unknown', word: 'Not asked yet' };
}
export const serverLooks = {
  up: { status: 'running', word: 'Answers' },
  down: { status: 'down', word: 'Away' },
  unused: { status: 'unknown', word: 'Not asked yet' },
} as const;

export const runLooks = {
  running: { status: 'changing', word: 'Running' },
  done: { status: 'running', word: 'Done' },
  held: { status: 'degraded', word: 'Held' },
  failed: { status: 'down', word: 'Failed' },
} as const;

export const changeWords = {
  create: 'Create',
  change: 'Change',
  enable: 'Enable',
  disable: 'Disable',
  gone: 'Disable: gone',
  remove: 'Remove',
  fault: 'Left out',
} as const satisfies Record<RunView['changes'][number]['what'], string>;

/** What a run did, in short. */
export function sayCounts(counts: RunView['counts']): string {
  const parts = [
    [counts.created, 'created'],
    [counts.changed, 'changed'],
    [counts.enabled, 'enabled'],
    [counts.disabled + counts.gone, 'disabled'],
    [counts.removed, 'removed'],
    [counts.faulty, 'left out'],
  ] as const;
  const said = parts.flatMap(([count, word]) => (count === 0 ? [] : [`${count.toLocaleString('en')} ${word}`]));
  return said.length === 0 ? 'nothing changed' : said.join(', ');
}

export const sayEvery = ({ enabled, everyMinutes }: Pick<AgreementView, 'enabled' | 'everyMinutes'>): string => {
  if (!enabled || everyMinutes === 0) return 'By hand only';
  if (everyMinutes % 1_440 === 0) return everyMinutes === 1_440 ? 'Every day' : `Every ${everyMinutes / 1_440} days`;
  if (everyMinutes % 60 === 0) return everyMinutes === 60 ? 'Every hour' : `Every ${everyMinutes / 60} hours`;
  return `Every ${countOf(everyMinutes, 'minute')}`;
};

export const sayUses = ({ signIn, search, cards, groups }: Pick<DirectoryView, 'signIn' | 'search' | 'cards' | 'groups'>): string => {
  const uses = [signIn ? 'sign-in' : '', search ? 'search' : '', cards ? 'vCards' : '', groups.length > 0 ? 'console' : ''].filter(Boolean);
  return uses.length === 0 ? 'Accounts only' : uses.join(', ');
};
