import type { AdminApi } from '../admin/api.ts';
import type { SessionView } from '../admin/shared/engine-view.ts';
import { rolePermissions, type Viewer } from '../admin/shared/viewer.ts';
import type { XmppValues } from '../config/schema/index.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Fault } from '../kernel/faults.ts';
import { type BareJid, parseJid, unescapeNode } from '../kernel/jid.ts';
import type { Live } from '../kernel/live.ts';
import type { Log } from '../kernel/log.ts';
import { ok, type Result, refuse } from '../kernel/result.ts';
import { readShow } from '../presence/index.ts';
import type { User, Users } from '../xmpp/router/users.ts';
import type { AdminCommands, CommandOutcome, OwnAccounts } from '../xmpp/xeps/ports.ts';

type Changed = { readonly changed: readonly { address: string }[]; readonly skipped: readonly { user: string; why: string }[] };

/** One page of a list, read again until `max` addresses are there. */
async function collect(
  max: number,
  page: (cursor: string | undefined) => Promise<Result<{ items: readonly { address: string }[]; next: string | null }, Fault>>,
): Promise<Result<readonly BareJid[], Fault>> {
  const found: BareJid[] = [];
  let cursor: string | undefined;
  do {
    const next = await page(cursor);
    if (!next.ok) return next;
    for (const { address } of next.value.items) found.push(address as BareJid);
    cursor = next.value.next ?? undefined;
  } while (cursor !== undefined && found.length < max);
  return ok(found.slice(0, max));
}

const outcomeOf = (result: Result<Changed, Fault>): Result<CommandOutcome, Fault> =>
  result.ok
    ? ok({ done: result.value.changed.length, skipped: result.value.skipped.map(({ user, why }) => ({ jid: user, why })) })
    : result;

/** XEP-0133 and XEP-0077 as faces of the use cases: the account whose client asks is the viewer. */
export function createXmppAdministration(deps: {
  /** Built after the rooms, so asked for at each use. */
  readonly api: () => AdminApi;
  readonly users: Users;
  /** Sessions over all nodes. */
  readonly sessions: () => {
    of(bare: string): readonly Pick<SessionView, 'id' | 'resource'>[];
    elsewhere(): Iterable<Pick<SessionView, 'bare' | 'show'>>;
  };
  readonly settings: Live<XmppValues>;
  readonly clock: Clock;
  readonly log: Log;
}): {
  readonly commands: AdminCommands;
  readonly ownAccounts: OwnAccounts;
  /**
   * The session in which a person changes their own password stays (XEP-0077 §3.3), the one in which they remove the account ends after
   * its answer (§3.2); asked while the change is announced.
   */
  sparedSession(bare: string): string | null;
} {
  const changing = new Map<string, string>();
  const { api, settings } = deps;
  const administrator = (bare: BareJid): Viewer => ({
    kind: 'xmpp',
    id: bare,
    name: bare,
    role: 'administrator',
    permissions: rolePermissions.administrator,
    address: '',
  });
  /** Someone acting on the own account: no role, only what the use case behind it asks. */
  const own = (bare: string, address: string, permissions: Viewer['permissions']): Viewer => ({
    kind: 'xmpp',
    id: bare,
    name: bare,
    role: 'read-only',
    permissions,
    address,
  });
  const partsOf = (bare: BareJid) => {
    const jid = parseJid(bare);
    return { userId: jid === null ? bare : unescapeNode(jid.local), domain: jid?.domain };
  };
  const named = (bare: BareJid, password: string, mail: string, name: string) => {
    const { userId, domain } = partsOf(bare);
    return { userId, password, mail, name, ...(domain === undefined ? {} : { domain }) };
  };

  /** A stop of the service that somebody asked for; a later one takes its place. */
  let planned: { cancel(): void } | null = null;
  const isActive = (user: User): boolean => {
    for (const session of user.sessions.values()) {
      if (session.presence === null || session.inactive) continue;
      const show = readShow(session.presence);
      if (show !== 'away' && show !== 'xa') return true;
    }
    return false;
  };
  function kindOf(kind: 'active' | 'idle', max = Number.POSITIVE_INFINITY): BareJid[] {
    const found: BareJid[] = [];
    for (const user of deps.users.online()) {
      if (found.length >= max) break;
      if (isActive(user) === (kind === 'active')) found.push(user.bare);
    }
    // Of people at other nodes it is known what they show, not whether their client says that nobody looks at it.
    for (const [bare, isAtWork] of elsewhereNow()) {
      if (found.length >= max) break;
      if (isAtWork === (kind === 'active')) found.push(bare as BareJid);
    }
    return found;
  }
  function elsewhereNow(): Map<string, boolean> {
    const people = new Map<string, boolean>();
    for (const { bare, show } of deps.sessions().elsewhere())
      people.set(bare, people.get(bare) === true || show === 'available' || show === 'chat' || show === 'dnd');
    return people;
  }
  const onlineCount = (): number => deps.users.onlineCount + elsewhereNow().size;

  const commands: AdminCommands = {
    mayAdminister: (bare) => settings.get().administrators.includes(bare),
    async addUser(by, { bare, password, mail, name }) {
      const made = await api().users.create(administrator(by), named(bare, password, mail, name));
      return made.ok ? ok(null) : made;
    },
    deleteUsers: async (by, bares) => outcomeOf(await api().users.delete(administrator(by), { users: [...bares] })),
    disableUsers: async (by, bares) => outcomeOf(await api().users.disable(administrator(by), { users: [...bares] })),
    enableUsers: async (by, bares) => outcomeOf(await api().users.enable(administrator(by), { users: [...bares] })),
    async changePassword(by, bare, password) {
      const changed = await api().users.setPassword(administrator(by), { user: bare, password });
      return changed.ok ? ok(null) : changed;
    },
    async listUsers(by, kind, max) {
      const viewer = administrator(by);
      if (kind === 'active' || kind === 'idle') return ok(kindOf(kind, max));
      const limit = Math.min(max, 500);
      const filter = kind === 'disabled' ? { enabled: false } : kind === 'online' ? { online: true as const } : {};
      return collect(max, (cursor) => api().users.find(viewer, { ...filter, limit, ...(cursor === undefined ? {} : { cursor }) }));
    },
    async counts(by) {
      const viewer = administrator(by);
      const all = await api().users.find(viewer, { limit: 1 });
      const disabled = await api().users.find(viewer, { limit: 1, enabled: false });
      if (!all.ok) return all;
      if (!disabled.ok) return disabled;
      return ok({
        registered: all.value.total,
        disabled: disabled.value.total,
        online: onlineCount(),
        active: kindOf('active').length,
        idle: kindOf('idle').length,
      });
    },
    async endSessions(by, jids) {
      const viewer = administrator(by);
      const sessions: string[] = [];
      const skipped: { jid: string; why: string }[] = [];
      for (const text of jids) {
        const jid = parseJid(text);
        const all = jid === null ? [] : deps.sessions().of(jid.bare);
        const matching = all.filter(({ resource }) => jid?.resource === '' || resource === jid?.resource);
        if (matching.length === 0) skipped.push({ jid: text, why: 'Is not signed in.' });
        sessions.push(...matching.map((session) => session.id));
      }
      if (sessions.length === 0) return ok({ done: 0, skipped });
      const ended = await api().sessions.end(viewer, { sessions });
      return ended.ok ? ok({ done: ended.value.ended.length, skipped }) : ended;
    },
    async facts(by, bare) {
      const found = await api().users.get(administrator(by), { user: bare });
      if (!found.ok) return found;
      const { user, contacts, sessions } = found.value;
      return ok({
        contacts,
        lastSignInAt: user.lastSignInAt,
        resources: sessions.map((session) => session.resource),
        addresses: [...new Set(sessions.map((session) => session.address))],
      });
    },
    async announce(by, text, everyone) {
      if (everyone) {
        const job = await api().announcements.sendEveryone(administrator(by), text);
        return job.ok ? ok('It is on its way to everyone.') : job;
      }
      const sent = await api().announcements.send(administrator(by), text);
      return sent.ok ? ok(`${sent.value.people} people were told.`) : sent;
    },
    async notice(by, which) {
      const now = await api().announcements.get(administrator(by), {});
      return now.ok ? ok(now.value[which]) : now;
    },
    async setNotice(by, which, text, tell) {
      const saved =
        which === 'motd'
          ? await api().announcements.setMotd(administrator(by), { ...text, tell })
          : await api().announcements.setWelcome(administrator(by), text);
      return saved.ok ? ok(null) : saved;
    },
    async deleteNotice(by, which) {
      const gone =
        which === 'motd'
          ? await api().announcements.deleteMotd(administrator(by), {})
          : await api().announcements.deleteWelcome(administrator(by), {});
      return gone.ok ? ok(null) : gone;
    },
    administrators: async () => ok(settings.get().administrators),
    async setAdministrators(by, jids) {
      const saved = await api().settings.set(administrator(by), { key: 'xmpp.administrators', value: [...jids] });
      return saved.ok ? ok(null) : saved;
    },
    async stopService(by, restart, seconds, announcement) {
      const viewer = administrator(by);
      if (announcement !== '') {
        const told = await api().announcements.send(viewer, { subject: '', body: announcement });
        if (!told.ok) return told;
      }
      planned?.cancel();
      planned = deps.clock.setTimeout(() => {
        planned = null;
        const name = 'router';
        void (restart ? api().services.restart(viewer, { name }) : api().services.stop(viewer, { name })).then(
          (done) => done.ok || deps.log.error('administration.stop-refused', { by, why: done.fault.message }),
        );
      }, seconds * 1000);
      return ok(null);
    },
  };

  const ownAccounts: OwnAccounts = {
    async register(bare, password, mail, address) {
      const made = await api().users.create(own(bare, address, ['users.write']), named(bare, password, mail, ''));
      return made.ok ? ok(null) : made;
    },
    async changePassword(bare, password, sessionId) {
      changing.set(bare, sessionId);
      try {
        const changed = await api().users.setPassword(own(bare, '', ['users.password']), { user: bare, password });
        return changed.ok ? ok(null) : changed;
      } finally {
        changing.delete(bare);
      }
    },
    async remove(bare, sessionId) {
      changing.set(bare, sessionId);
      let removed: Awaited<ReturnType<AdminApi['users']['delete']>>;
      try {
        removed = await api().users.delete(own(bare, '', ['users.write']), { users: [bare] });
      } finally {
        changing.delete(bare);
      }
      if (!removed.ok) return removed;
      const [skipped] = removed.value.skipped;
      return skipped === undefined ? ok(null) : refuse({ code: 'users.missing', kind: 'missing', message: skipped.why });
    },
  };
  return { commands, ownAccounts, sparedSession: (bare) => changing.get(bare) ?? null };
}
