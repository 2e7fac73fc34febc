/** The ldap room: directories that people come from, who signs in by them, and who is found in them. */
import type { Clock } from '../kernel/clock.ts';
import type { Log } from '../kernel/log.ts';
import type { openConnection } from './connection.ts';
import { type BindVerdict, DirectoryDown } from './faults.ts';
import type { Directory, DirectoryPerson, DirectoryStore, LinkedAccount } from './ports.ts';
import { createRemembered } from './remembered.ts';
import { createRunningDirectory, type RunningDirectory } from './running.ts';
import type { ServerState } from './servers.ts';

export { directoryCard } from './card.ts';
export { bracketed, dnProblem, escapeDnValue, escapeFilterValue, filterProblem, isAttributeName } from './escape.ts';
export { DirectoryDown, sentenceOf } from './faults.ts';
export { usualAttributes, usualFilter } from './people.ts';
export { changeOf, createSyncPlan, type SyncPlan, type SyncStep } from './sync-plan.ts';
export { type TestStep, testDirectory } from './test-steps.ts';
export type { RunningDirectory, ServerState };

export interface ConsoleSignIn {
  readonly verdict: BindVerdict;
  readonly person: DirectoryPerson;
  /** Null: in no group that has a role. */
  readonly role: string | null;
  readonly directory: string;
}

export interface Directories {
  /** Reads the table again; directories that did not change go on with their connections. */
  reload(): Promise<void>;
  running(id: string): RunningDirectory | null;
  states(id: string): readonly ServerState[];
  /** Some directory signs people in. */
  readonly signsIn: boolean;
  /** The password of an account that came from a directory. Rejects with `DirectoryDown` when it cannot be asked. */
  verify(accountId: number, password: string): Promise<BindVerdict>;
  /** Null: no directory lets such a person use the console. */
  consoleSignIn(username: string, password: string): Promise<ConsoleSignIn | null>;
  /** A directory whose people use the console does not answer. */
  readonly consoleIsDown: boolean;
  /** The role of somebody who is signed in to the console; null when they have none any more. */
  consoleRole(username: string): Promise<string | null>;
  /** People of directories whose clients may find them; what cannot be asked is left out. */
  search(words: readonly string[], limit: number): Promise<readonly DirectoryPerson[]>;
  /** Facts for a card; null for somebody who is of no directory that gives cards. */
  card(accountId: number): Promise<{ readonly person: LinkedAccount; readonly photo: Buffer | null } | null>;
  /** A password was changed, or an account: nothing is remembered of it. */
  forget(accountId: number): void;
  alarms(): readonly DirectoryAlarm[];
  /** Agreements that are being synchronised: one run of each at a time. */
  readonly syncing: Set<string>;
  stop(): void;
}

export interface DirectoryAlarm {
  readonly id: string;
  readonly severity: 'critical' | 'warning';
  readonly what: string;
  readonly action: string;
  readonly link: string;
  readonly since: number;
}

/** A search of people is no reason to wait long. */
const SEARCH_MS = 3_000;
const MAX_PASSWORD_OCTETS = 1024;

export function createDirectories(deps: {
  readonly store: Pick<DirectoryStore, 'list' | 'linkOf'>;
  /** Opens a sealed password; null when it was sealed with another key. */
  readonly unseal: (sealed: string) => string | null;
  readonly clock: Clock;
  readonly log: Log;
  /** A server came or went. */
  readonly changed: (directoryId: string) => void;
  readonly open?: typeof openConnection;
}): Directories {
  const { clock, log, store } = deps;
  let all: readonly RunningDirectory[] = [];
  const remembered = createRemembered({ clock });
  const find = (id: string) => all.find(({ directory }) => directory.id === id) ?? null;

  function start(directory: Directory): RunningDirectory {
    const password = directory.sealedPassword === '' ? '' : deps.unseal(directory.sealedPassword);
    if (password === null) log.error('ldap.password-unreadable', { directory: directory.name });
    return createRunningDirectory({
      directory,
      password: password ?? '',
      clock,
      log,
      changed: () => deps.changed(directory.id),
      ...(deps.open === undefined ? {} : { open: deps.open }),
    });
  }

  async function bindOf(running: RunningDirectory, person: DirectoryPerson, password: string): Promise<BindVerdict> {
    const verdict = await running.verify(person.dn, password);
    // Only whoever knows the password learns that the account is disabled.
    return verdict === 'right' && !person.enabled ? 'disabled' : verdict;
  }

  const usable = (password: string) => password !== '' && Buffer.byteLength(password) <= MAX_PASSWORD_OCTETS && !password.includes('\0');
  const consoleDirectories = () => all.filter(({ directory }) => directory.groups.length > 0);

  /** The first directory that knows the name; one that is down might have been it. */
  async function whoIs(username: string): Promise<{ running: RunningDirectory; person: DirectoryPerson } | null> {
    let down: unknown = null;
    for (const running of consoleDirectories()) {
      try {
        const person = await running.find(username);
        if (person !== null) return { running, person };
      } catch (error) {
        if (!(error instanceof DirectoryDown)) throw error;
        down = error;
      }
    }
    if (down !== null) throw down;
    return null;
  }

  return {
    async reload() {
      const rows = (await store.list()).filter(({ enabled }) => enabled);
      const next = rows.map((row) => {
        const was = find(row.id);
        return was !== null && was.directory.version === row.version ? was : start(row);
      });
      for (const was of all) if (!next.includes(was)) was.stop();
      all = next;
      remembered.clear();
    },
    running: find,
    states: (id) => find(id)?.servers.states() ?? [],
    get signsIn() {
      return all.some(({ directory }) => directory.signIn);
    },
    async verify(accountId, password) {
      if (!usable(password)) return 'wrong';
      const link = await store.linkOf(accountId);
      const running = link === null ? null : find(link.directoryId);
      if (link === null || running === null || !running.directory.signIn) return 'wrong';
      const minutes = running.directory.rememberMinutes;
      if (minutes > 0 && (await remembered.matches(accountId, password))) return 'right';
      const person = await running.find(link.userId);
      // The user ID may have been given to somebody else since the last synchronisation.
      const verdict = person === null || person.key !== link.key ? 'wrong' : await bindOf(running, person, password);
      if (verdict === 'right') remembered.keep(accountId, password, minutes);
      else remembered.forget(accountId);
      return verdict;
    },
    async consoleSignIn(username, password) {
      if (!usable(password) || username === '') return null;
      const found = await whoIs(username);
      if (found === null) return null;
      const { running, person } = found;
      const verdict = await bindOf(running, person, password);
      const role = verdict === 'right' ? await running.groupOf(person) : null;
      return { verdict, person, role: role?.role ?? null, directory: running.directory.name };
    },
    get consoleIsDown() {
      return consoleDirectories().some(({ servers }) => servers.isDown);
    },
    async consoleRole(username) {
      const found = await whoIs(username);
      return found?.person.enabled ? ((await found.running.groupOf(found.person))?.role ?? null) : null;
    },
    async search(words, limit) {
      const asked = all.filter(({ directory, servers }) => directory.search && !servers.isDown);
      const found = await Promise.all(
        asked.map((running) =>
          Promise.race([
            running.search(words, limit),
            new Promise<readonly DirectoryPerson[]>((resolve) => clock.setTimeout(() => resolve([]), SEARCH_MS)),
          ]).catch((error: unknown) => {
            log.warn('ldap.search-failed', { directory: running.directory.name, error });
            return [];
          }),
        ),
      );
      return found.flat().filter(({ enabled }) => enabled);
    },
    async card(accountId) {
      const person = await store.linkOf(accountId);
      const running = person === null ? null : find(person.directoryId);
      if (person === null || running === null || !running.directory.cards) return null;
      const photo = running.servers.isDown ? null : await running.photoOf(person.dn).catch(() => null);
      return { person, photo };
    },
    syncing: new Set(),
    forget: remembered.forget,
    alarms: () => all.flatMap(({ directory, servers }) => alarmsOf(directory, servers.states(), servers.isDown)),
    stop() {
      for (const running of all) running.stop();
      all = [];
      remembered.clear();
    },
  };
}

function alarmsOf({ id, name, signIn }: Directory, states: readonly ServerState[], isDown: boolean): DirectoryAlarm[] {
  const down = states.filter(({ state }) => state === 'down');
  if (down.length === 0) return [];
  const [first] = down;
  const where = down.map(({ host, port, why }) => `${host}:${port}: ${why}`).join(' ');
  return [
    {
      id: `directory:${id}`,
      severity: isDown ? 'critical' : 'warning',
      what: isDown
        ? `No server of the directory ${name} answers. ${where}${signIn ? ' People who are signed in stay; its people cannot sign in anew.' : ''}`
        : `The directory ${name} is served by another server. ${where}`,
      action: 'Test the directory: it says which step fails.',
      link: `/directories/${id}`,
      since: first?.since ?? 0,
    },
  ];
}
