import type { DirectoryPerson, LinkedAccount, LinkedPerson, SyncChange, SyncCounts } from './ports.ts';

/** What a synchronisation does to one account. Each is done by itself and is no harm when it is done again. */
export type SyncStep =
  | { readonly does: 'create'; readonly person: DirectoryPerson; readonly local: string; readonly domain: string }
  /** An account of the same user ID that was made here becomes the directory's. */
  | { readonly does: 'adopt'; readonly person: DirectoryPerson; readonly accountId: number; readonly bare: string }
  | {
      readonly does: 'change';
      readonly person: DirectoryPerson;
      readonly link: LinkedAccount;
      readonly what: readonly string[];
      readonly local: string;
      readonly domain: string;
    }
  | { readonly does: 'enable'; readonly person: DirectoryPerson; readonly link: LinkedAccount }
  | { readonly does: 'disable'; readonly person: DirectoryPerson; readonly link: LinkedAccount }
  | { readonly does: 'gone'; readonly link: LinkedAccount }
  | { readonly does: 'remove'; readonly link: LinkedAccount }
  | { readonly does: 'fault'; readonly userId: string; readonly why: string };

export interface SyncPlan {
  /** People of the directory, as they come. Nothing but this is kept of a page. */
  take(people: readonly DirectoryPerson[]): void;
  restart(): void;
  /** Everything to do. `existing` finds accounts that are tied to nobody, by user ID. */
  finish(existing: ReadonlyMap<string, { readonly id: number; readonly bare: string; readonly source: string }>): {
    readonly steps: readonly SyncStep[];
    readonly counts: SyncCounts;
    /** Null: may be applied. Else why somebody has to look first. */
    readonly held: string | null;
  };
  /** People without a tie, whose accounts `finish` wants to know. */
  unknown(): readonly { readonly key: string; readonly userId: string }[];
}

export type AddressRule = (
  userId: string,
) =>
  | { readonly ok: true; readonly local: string; readonly domain: string; readonly bare: string }
  | { readonly ok: false; readonly problem: string };

const DAY_MS = 86_400_000;
const fold = (text: string): string => text.toLowerCase();

export function createSyncPlan(deps: {
  readonly links: readonly LinkedAccount[];
  /** Ties of other agreements of this directory, by key: their people are not taken away. */
  readonly foreign: (key: string) => LinkedPerson | undefined;
  readonly addressOf: AddressRule;
  readonly rules: { readonly adopt: boolean; readonly graceDays: number; readonly maxLossPercent: number };
  readonly now: number;
}): SyncPlan {
  const { addressOf, links, now, rules } = deps;
  const byKey = new Map(links.map((link) => [link.key, link]));
  let people = new Map<string, DirectoryPerson>();
  let faults: { userId: string; why: string }[] = [];
  let userIds = new Map<string, string>();

  function take(person: DirectoryPerson): void {
    if (person.key === '') faults.push({ userId: person.userId || person.dn, why: 'The entry has no value that names it for good.' });
    else if (person.userId === '') faults.push({ userId: person.dn, why: 'The entry has no user ID.' });
    else if (people.has(person.key)) faults.push({ userId: person.userId, why: 'Another entry has the same key.' });
    else {
      const other = userIds.get(fold(person.userId));
      if (other !== undefined) {
        faults.push({ userId: person.userId, why: `Another entry has this user ID: ${other}.` });
        // Its account is not gone, only doubtful.
        if (byKey.has(person.key)) people.set(person.key, { ...person, userId: '' });
        return;
      }
      userIds.set(fold(person.userId), person.dn);
      people.set(person.key, person);
    }
  }

  return {
    take(page) {
      for (const person of page) take(person);
    },
    restart() {
      people = new Map();
      faults = [];
      userIds = new Map();
    },
    unknown: () => [...people.values()].flatMap(({ key, userId }) => (byKey.has(key) || userId === '' ? [] : [{ key, userId }])),
    finish(existing) {
      const steps: SyncStep[] = [];
      const counts = { created: 0, changed: 0, enabled: 0, disabled: 0, gone: 0, removed: 0, unchanged: 0, faulty: 0 };
      const fault = (userId: string, why: string) => {
        steps.push({ does: 'fault', userId, why });
        counts.faulty++;
      };
      for (const { userId, why } of faults) fault(userId, why);
      for (const person of people.values()) {
        const link = byKey.get(person.key);
        if (person.userId === '') continue;
        const address = addressOf(person.userId);
        if (!address.ok) fault(person.userId, address.problem);
        else if (link === undefined) {
          const foreign = deps.foreign(person.key);
          const account = existing.get(person.userId);
          if (foreign !== undefined) fault(person.userId, 'Another agreement of this directory has this person already.');
          else if (account === undefined) {
            steps.push({ does: 'create', person, local: address.local, domain: address.domain });
            counts.created++;
          } else if (account.source === 'local' && rules.adopt) {
            steps.push({ does: 'adopt', person, accountId: account.id, bare: account.bare });
            counts.changed++;
          } else fault(person.userId, 'There is an account of this user ID already, and this agreement takes over none.');
        } else {
          let isSame = true;
          const what = differences(person, link, address.bare);
          if (what.length > 0) {
            steps.push({ does: 'change', person, link, what, local: address.local, domain: address.domain });
            counts.changed++;
            isSame = false;
          }
          if (person.enabled && (!link.enabled || link.goneAt !== null)) {
            steps.push({ does: 'enable', person, link });
            counts.enabled++;
            isSame = false;
          } else if (!person.enabled && (link.enabled || link.goneAt !== null)) {
            steps.push({ does: 'disable', person, link });
            counts.disabled++;
            isSame = false;
          }
          if (isSame) counts.unchanged++;
        }
      }
      for (const link of links) {
        if (people.has(link.key)) continue;
        if (link.goneAt === null) {
          steps.push({ does: 'gone', link });
          counts.gone++;
        } else if (rules.graceDays >= 0 && link.goneAt + rules.graceDays * DAY_MS <= now) {
          steps.push({ does: 'remove', link });
          counts.removed++;
        } else counts.unchanged++;
      }
      return { steps, counts, held: heldFor(counts, links, people.size) };
    },
  };

  /** A wrong filter or an empty directory must not take everybody's account away. */
  function heldFor(counts: SyncCounts, tied: readonly LinkedAccount[], found: number): string | null {
    const present = tied.filter(({ goneAt }) => goneAt === null).length;
    const loss = counts.disabled + counts.gone + counts.removed;
    if (tied.length === 0 || loss === 0) return null;
    if (found === 0) return `The directory shows nobody at all, and ${tied.length} people came from it.`;
    const share = (100 * loss) / Math.max(1, Math.max(present, counts.removed));
    return share > rules.maxLossPercent
      ? `${loss} of ${tied.length} people would be disabled or removed, more than ${rules.maxLossPercent} % at once.`
      : null;
  }
}

function differences(person: DirectoryPerson, link: LinkedAccount, bare: string): string[] {
  const changed: string[] = [];
  if (person.userId !== link.userId) changed.push(`user ID ${link.userId} becomes ${person.userId}`);
  else if (bare !== link.bare && link.goneAt === null) changed.push(`address ${link.bare} becomes ${bare}`);
  if (person.name !== link.name) changed.push(`name ${person.name}`);
  if (person.mail !== link.mail) changed.push(`mail ${person.mail || 'none'}`);
  for (const field of ['dn', 'uri', 'phone', 'department', 'title'] as const)
    if (person[field] !== link[field]) changed.push(`${field} ${person[field] || 'none'}`);
  return changed;
}

/** For the record of a run. */
export function changeOf(step: SyncStep): SyncChange {
  switch (step.does) {
    case 'create':
      return { what: 'create', userId: step.person.userId, detail: step.person.name };
    case 'adopt':
      return { what: 'change', userId: step.person.userId, detail: 'An account made here becomes the directory’s.' };
    case 'change':
      return { what: 'change', userId: step.link.userId, detail: step.what.join('; ') };
    case 'enable':
      return { what: 'enable', userId: step.link.userId, detail: 'Is in the directory and enabled.' };
    case 'disable':
      return { what: 'disable', userId: step.link.userId, detail: 'Is disabled in the directory.' };
    case 'gone':
      return { what: 'gone', userId: step.link.userId, detail: 'Is not in the directory any more.' };
    case 'remove':
      return { what: 'remove', userId: step.link.userId, detail: 'Was gone for longer than the days of grace.' };
    case 'fault':
      return { what: 'fault', userId: step.userId, detail: step.why };
  }
}
