import { randomBytes } from 'node:crypto';
import type { Clock } from '../../kernel/clock.ts';
import type { EventHub } from '../../kernel/events.ts';
import { sortableId } from '../../kernel/ids.ts';
import type { Log } from '../../kernel/log.ts';
import { type Directories, DirectoryDown } from '../../ldap/index.ts';
import type { ConsoleSessionStore, Operator, OperatorStore, SignInOutcome } from '../../security/ports.ts';
import { noRole } from '../roles/roles.ts';

/** Administrators who sign in by a bind; their role follows from groups of the directory, at each sign-in and now and then. */
export interface ConsoleDirectory {
  /** Null: no directory knows the name. `known` is the operator of this name, who came from a directory before. */
  signIn(
    username: string,
    password: string,
    known: Operator | null,
  ): Promise<{ readonly outcome: SignInOutcome; readonly operator: Operator | null } | null>;
  /** Ends the sessions of those who lost their role meanwhile, which ends their tokens too, and gives others their new one. */
  check(): Promise<void>;
  /** Some of them cannot be asked just now. */
  isDown(): boolean;
}

export function createConsoleDirectory(deps: {
  readonly directories: Directories;
  readonly operators: OperatorStore;
  readonly sessions: ConsoleSessionStore;
  readonly events: EventHub;
  readonly clock: Clock;
  readonly log: Log;
}): ConsoleDirectory {
  const { directories, events, log, operators, sessions } = deps;

  async function endSessions(operatorId: string): Promise<void> {
    const open = await sessions.listFor(operatorId);
    if (open.length === 0) return;
    await sessions.removeFor(operatorId);
    for (const { id } of open) events.emit('console-session.ended', { sessionId: id });
  }

  /** The operator as the directory has them now. Their sessions end when the role is another (W-11). */
  async function follow(known: Operator | null, username: string, name: string, role: string | null): Promise<Operator | null> {
    if (known === null) {
      if (role === null) return null;
      const made = await operators.create({
        id: sortableId(deps.clock.now()),
        username,
        name,
        role,
        // No password fits: whoever signs in is asked about at the directory.
        passwordHash: `directory ${randomBytes(16).toString('hex')}`,
        mustChangePassword: false,
        source: 'directory',
      });
      if (made === 'taken') return null;
      log.info('auth.operator-from-directory', { name: username, role });
      events.emit('operator.changed', { operatorId: made.id, what: 'created' });
      return made;
    }
    // Only an administrator enables whom an administrator disabled.
    if (!known.enabled) return null;
    const next = role ?? noRole;
    if (known.role === next && (name === '' || known.name === name)) return role === null ? null : known;
    const now = await operators.update(known.id, { role: next, ...(name === '' ? {} : { name }) });
    if (now === null || now === 'conflict') return null;
    if (now.role !== known.role) await endSessions(known.id);
    const what = now.role !== known.role ? 'role-changed' : 'updated';
    log.info('auth.operator-follows-directory', { name: known.username, role: role ?? 'none', what });
    events.emit('operator.changed', { operatorId: known.id, what });
    return role === null || !now.enabled ? null : now;
  }

  return {
    async signIn(username, password, known) {
      let found: Awaited<ReturnType<Directories['consoleSignIn']>>;
      try {
        found = await directories.consoleSignIn(username, password);
      } catch (error) {
        if (!(error instanceof DirectoryDown)) throw error;
        log.warn('auth.directory-down', { name: username, why: error.message });
        return { outcome: 'directory-down', operator: known };
      }
      if (found === null) return null;
      if (found.verdict === 'wrong') return { outcome: 'wrong-password', operator: known };
      if (found.verdict !== 'right') return { outcome: 'disabled', operator: known };
      const operator = await follow(known, found.person.userId, found.person.name, found.role);
      return operator === null ? { outcome: 'disabled', operator: known } : { outcome: 'ok', operator };
    },
    isDown: () => directories.consoleIsDown,
    async check() {
      // Also those without an open session: their tokens work as long as they have a role.
      for (const operator of await operators.list()) {
        if (operator.source !== 'directory' || !operator.enabled) continue;
        try {
          await follow(operator, operator.username, '', await directories.consoleRole(operator.username));
        } catch (error) {
          // While it is away nobody loses what he had.
          if (!(error instanceof DirectoryDown)) throw error;
        }
      }
    },
  };
}
