import { createHash } from 'node:crypto';
import type { ConsoleValues } from '../../config/schema/index.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { EventHub } from '../../kernel/events.ts';
import { secretId, sortableId } from '../../kernel/ids.ts';
import type { Live } from '../../kernel/live.ts';
import type { Log } from '../../kernel/log.ts';
import { ok, refuse } from '../../kernel/result.ts';
import type { PasswordHasher, SecondFactor, SignInGuardControl } from '../../security/index.ts';
import type { ApiToken, ConsoleSession, Operator, SignInOutcome } from '../../security/ports.ts';
import type { ConsoleDirectory } from '../directories/console-directory.ts';
import { noRole, type Roles } from '../roles/roles.ts';
import type { AuthDoor, SignedInViewer } from '../shared/door.ts';
import type { AdminStores } from '../shared/ports.ts';
import type { Permission, Viewer } from '../shared/viewer.ts';
import { authFaults } from './faults.ts';
import { isSecondFactorAsked } from './second-factor-asked.ts';

const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/** How long an answer about a session or a token may be reused. Ends and revocations come by events at once; this bounds what no event tells. */
const cacheMs = 3_000;
const maxCached = 5_000;
/** A session in use is stamped this often, not at every request. */
const touchEveryMs = 30_000;

/** Whoever still has a password that somebody else knows, or lacks the second factor that the settings ask for, may look and mend that, and change nothing else. */
function narrowed(all: readonly Permission[], { mustChangePassword }: Operator, mustSetUpSecondFactor: boolean): readonly Permission[] {
  return mustChangePassword || mustSetUpSecondFactor
    ? all.filter((permission) => permission.endsWith('.read') || permission === 'self.write')
    : all;
}

function viewerOf(
  operator: Operator,
  permissions: readonly Permission[],
  address: string,
  mustSetUpSecondFactor: boolean,
  sessionId?: string,
): SignedInViewer {
  const viewer = {
    kind: 'person' as const,
    id: operator.id,
    name: operator.username,
    role: operator.role,
    permissions: narrowed(permissions, operator, mustSetUpSecondFactor),
    address,
    mustChangePassword: operator.mustChangePassword,
    mustSetUpSecondFactor,
  };
  return sessionId === undefined ? viewer : { ...viewer, sessionId };
}

const mayAct = ({ enabled, role }: Operator): boolean => enabled && role !== noRole;

const withoutHash = ({ passwordHash: _, ...operator }: Operator & { readonly passwordHash: string }): Operator => operator;

interface Cached<T> {
  readonly value: T;
  /** Monotonic. */
  readonly until: number;
}

export function createAuthDoor(deps: {
  readonly stores: Pick<AdminStores, 'operators' | 'secondFactors' | 'consoleSessions' | 'tokens' | 'audit'>;
  readonly passwords: PasswordHasher;
  readonly secondFactor: SecondFactor;
  readonly roles: Roles;
  readonly guard: SignInGuardControl;
  readonly settings: Live<ConsoleValues>;
  readonly events: EventHub;
  readonly clock: Clock;
  readonly log: Log;
  /** See `readOrMakeSecret`. */
  readonly cookieSecret: string;
  /** Administrators whose password a directory has. */
  readonly directory?: ConsoleDirectory;
}): AuthDoor & {
  /** Deletes sessions that are over; call it now and then. */
  expireSessions(): Promise<void>;
  /** Roles of those who came from a directory, as they are now; call it now and then. */
  checkDirectory(): Promise<void>;
  stop(): void;
} {
  const { stores, passwords, guard, settings, events, clock, log } = deps;
  const sessions = new Map<string, Cached<{ session: ConsoleSession; operator: Operator; hasSecondFactor: boolean } | null>>();
  const tokens = new Map<string, Cached<{ token: ApiToken; role: string | null } | null>>();
  const touched = new Map<string, number>();

  const forgetAll = () => {
    sessions.clear();
    tokens.clear();
  };
  const unsubscribe = [
    events.on('operator.changed', forgetAll),
    events.on('console-session.ended', ({ sessionId }) => {
      sessions.clear();
      touched.delete(sessionId);
    }),
    events.on('token.changed', () => tokens.clear()),
  ];

  function keep<T>(cache: Map<string, Cached<T>>, key: string, value: T): T {
    if (cache.size >= maxCached) cache.clear();
    cache.set(key, { value, until: clock.monotonic() + cacheMs });
    return value;
  }
  /** `undefined` when nothing fresh is kept. */
  function kept<T>(cache: Map<string, Cached<T>>, key: string): T | undefined {
    const found = cache.get(key);
    if (found && found.until > clock.monotonic()) return found.value;
    cache.delete(key);
    return undefined;
  }

  async function record(
    username: string,
    role: string,
    address: string,
    result: 'done' | 'refused',
    action: string,
    detail: string,
    targetKey = '',
  ): Promise<void> {
    try {
      const row = await stores.audit.append({
        actor: username.slice(0, 256),
        actorKind: 'person',
        role,
        address,
        action,
        target: username.slice(0, 256),
        targetKey,
        before: null,
        after: null,
        result,
        detail,
        parentId: null,
      });
      events.emit('audit.appended', { id: row.id });
    } catch (error) {
      log.error('audit.append-failed', { action, error });
    }
  }

  const wait = (ms: number) => new Promise<void>((resolve) => clock.setTimeout(resolve, ms));

  /** The password is looked at for every name, so that the clock tells nothing. */
  async function checkPassword(username: string, password: string): Promise<{ outcome: SignInOutcome; operator: Operator | null }> {
    const found = await stores.operators.byUsername(username);
    // A name that has a password here is never looked for elsewhere: nobody becomes an administrator by taking his name in a directory.
    if (!found || found.source === 'directory') {
      const known = found === null ? null : withoutHash(found);
      // Both at once: that a directory was asked must not show in the time it takes.
      const [elsewhere] = await Promise.all([deps.directory?.signIn(username, password, known) ?? null, passwords.pretend(password)]);
      return elsewhere ?? { outcome: 'unknown-account', operator: known };
    }
    const { passwordHash, ...operator } = found;
    const verdict = await passwords.verify(password, passwordHash);
    if (verdict === 'wrong') return { outcome: 'wrong-password', operator };
    if (!operator.enabled) return { outcome: 'disabled', operator };
    if (verdict === 'stale') await stores.operators.update(operator.id, { passwordHash: await passwords.hash(password) });
    return { outcome: 'ok', operator };
  }

  /** Opens a session and ends the oldest ones beyond the limit. */
  async function openSession(operator: Operator, address: string, agent: string): Promise<{ secret: string; session: ConsoleSession }> {
    const now = clock.now();
    const { absoluteHours, maxSessionsPerOperator, idleMinutes } = settings.get();
    const open = (await stores.consoleSessions.listFor(operator.id))
      .filter((s) => s.expiresAt > now && s.lastSeenAt > now - idleMinutes * 1000)
      .sort((a, b) => a.createdAt - b.createdAt);
    const excess = open.slice(0, Math.max(0, open.length + 1 - maxSessionsPerOperator)).map((s) => s.id);
    if (excess.length > 0) {
      await stores.consoleSessions.remove(excess);
      for (const sessionId of excess) events.emit('console-session.ended', { sessionId });
    }
    const secret = secretId(32);
    const session: ConsoleSession = {
      id: sortableId(now),
      operatorId: operator.id,
      createdAt: now,
      lastSeenAt: now,
      expiresAt: now + absoluteHours * 1000,
      address,
      agent: agent.slice(0, 300),
    };
    await stores.consoleSessions.create({ ...session, secretHash: hashOf(secret) });
    return { secret, session };
  }

  const lacksSecondFactor = (operator: Operator, has: boolean): boolean =>
    !has && isSecondFactorAsked(settings.get().secondFactor, deps.roles.permissionsOf(operator.role));

  const person = (operator: Operator, address: string, hasSecondFactor: boolean, sessionId: string): SignedInViewer =>
    viewerOf(operator, deps.roles.permissionsOf(operator.role), address, lacksSecondFactor(operator, hasSecondFactor), sessionId);

  async function signIn({ username, password, code, address, agent }: Parameters<AuthDoor['signIn']>[0]): ReturnType<AuthDoor['signIn']> {
    const name = username.trim();
    const { allowed, delayMs } = await guard.before('console', name, address);
    // nothing over 1,024 bytes is hashed. It waits like a wrong one.
    const usable = name !== '' && password !== '' && Buffer.byteLength(password) <= 1024 && name.length <= 256;
    const outcome = !allowed ? ('backed-off' as const) : usable ? await checkPassword(name, password) : ('malformed' as const);
    const { outcome: checked, operator } = typeof outcome === 'string' ? { outcome, operator: null } : outcome;
    // Guesses sent at once were all let in before the first was counted: a right one counts only if the wrong ones before it set no lock.
    let verdict = checked === 'ok' && !(await guard.before('console', name, address)).allowed ? 'backed-off' : checked;
    let hasSecondFactor = false;
    if (verdict === 'ok' && operator) {
      // Neither a success nor a failure yet: the back-off hears of it with the code.
      if (!code) {
        hasSecondFactor = (await stores.secondFactors.get(operator.id)) !== null;
        if (hasSecondFactor) return refuse(authFaults.secondFactorNeeded());
      } else {
        const second = await deps.secondFactor.check(stores.secondFactors, operator.id, code);
        hasSecondFactor = second !== 'none';
        if (second === 'wrong') verdict = 'wrong-second-factor';
      }
    }
    guard.after({
      at: clock.now(),
      kind: 'console',
      name,
      accountId: null,
      address,
      mechanism: hasSecondFactor ? 'password and code' : 'password',
      outcome: verdict,
    });
    if (verdict !== 'ok' || !operator) {
      log.info('auth.sign-in-refused', { name, address, why: verdict });
      await record(name, '', address, 'refused', 'console.sign-in', `Refused: ${verdict}.`, operator ? `operator:${operator.id}` : '');
      await wait(delayMs);
      // Said to everybody while it lasts: who has a password here must not show.
      if (verdict !== 'wrong-second-factor' && deps.directory?.isDown()) return refuse(authFaults.directoryDown());
      return refuse(verdict === 'wrong-second-factor' ? authFaults.wrongCode() : authFaults.refused());
    }
    await stores.operators.update(operator.id, { lastSignInAt: clock.now() });
    const { secret, session } = await openSession(operator, address, agent);
    log.info('auth.signed-in', { name: operator.username, address });
    await record(operator.username, operator.role, address, 'done', 'console.sign-in', '', `operator:${operator.id}`);
    return ok({
      secret,
      expiresAt: session.expiresAt,
      viewer: person(operator, address, hasSecondFactor, session.id),
    });
  }

  return {
    cookieSecret: deps.cookieSecret,
    notice() {
      const { clusterName, bannerText, bannerAcknowledge } = settings.get();
      return { clusterName, bannerText, bannerAcknowledge };
    },
    async signIn(input) {
      try {
        return await signIn(input);
      } catch (error) {
        // What is thrown here would be shown to somebody who is nobody yet.
        log.error('auth.sign-in-broke', { error });
        return refuse(authFaults.unavailable());
      }
    },
    async signOut(secret) {
      const session = await stores.consoleSessions.bySecretHash(hashOf(secret));
      if (!session) return;
      await stores.consoleSessions.remove([session.id]);
      events.emit('console-session.ended', { sessionId: session.id });
      const operator = await stores.operators.get(session.operatorId);
      if (operator)
        await record(operator.username, operator.role, session.address, 'done', 'console.sign-out', '', `operator:${operator.id}`);
    },
    async viewerForSession(secret, address, how) {
      const hash = hashOf(secret);
      let found = kept(sessions, hash);
      if (found === undefined) {
        const session = await stores.consoleSessions.bySecretHash(hash);
        const operator = session ? await stores.operators.get(session.operatorId) : null;
        const hasSecondFactor = operator ? (await stores.secondFactors.get(operator.id)) !== null : false;
        found = keep(sessions, hash, session && operator && mayAct(operator) ? { session, operator, hasSecondFactor } : null);
      }
      if (!found) return null;
      const { session, operator, hasSecondFactor } = found;
      const now = clock.now();
      const lastSeen = Math.max(session.lastSeenAt, touched.get(session.id) ?? 0);
      if (session.expiresAt <= now || lastSeen < now - settings.get().idleMinutes * 1000) {
        await stores.consoleSessions.remove([session.id]);
        events.emit('console-session.ended', { sessionId: session.id });
        return null;
      }
      // An open page that only watches live values is no activity.
      if (!how?.quiet && now - lastSeen >= touchEveryMs) {
        if (touched.size >= maxCached) touched.clear();
        touched.set(session.id, now);
        stores.consoleSessions.touch(session.id, now);
      }
      return person(operator, address, hasSecondFactor, session.id);
    },
    async viewerForToken(secret, address) {
      if (!secret.startsWith('rc_') || secret.length > 200) return null;
      const hash = hashOf(secret);
      let found = kept(tokens, hash);
      if (found === undefined) found = keep(tokens, hash, await readToken(hash));
      const now = clock.now();
      if (!found || (found.token.expiresAt !== null && found.token.expiresAt <= now)) return null;
      if (now - Math.max(found.token.lastUsedAt ?? 0, touched.get(found.token.id) ?? 0) >= touchEveryMs) {
        if (touched.size >= maxCached) touched.clear();
        touched.set(found.token.id, now);
        stores.tokens.touch(found.token.id, now);
      }
      const viewer: Viewer = {
        kind: 'token',
        id: found.token.id,
        name: found.token.name,
        role: found.role ?? 'operator',
        permissions: scopesOf(found.token, found.role),
        address,
      };
      return viewer;
    },
    async expireSessions() {
      const now = clock.now();
      await stores.consoleSessions.expire(now, now - settings.get().idleMinutes * 1000);
    },
    checkDirectory: async () => deps.directory?.check(),
    stop() {
      for (const off of unsubscribe) off();
    },
  };

  /** `role` is its maker's, null for one made on the command line. */
  function scopesOf(token: ApiToken, role: string | null): readonly Permission[] {
    const scopes = token.scopes as readonly Permission[];
    if (role === null) return scopes;
    const own = deps.roles.permissionsOf(role);
    return scopes.filter((scope) => own.includes(scope));
  }

  /** A token never has more than its maker has now; one whose maker is disabled or lost the role does nothing. */
  async function readToken(hash: string): Promise<{ token: ApiToken; role: string | null } | null> {
    const token = await stores.tokens.bySecretHash(hash);
    if (!token || token.revokedAt !== null) return null;
    const maker = await stores.operators.byUsername(token.createdBy);
    if (!maker) return { token, role: null };
    return mayAct(maker) ? { token, role: maker.role } : null;
  }
}
