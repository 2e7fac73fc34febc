/**
 * The sessions of all nodes as administration sees them. Each node tells the others what changes among its own, a second's changes at a time, and shows the
 * whole to one that comes; so lists and searches cost what they cost on one node, and are at most about a second old for the sessions of others. What a node
 * that is gone told is dropped.
 */
import type { SessionView } from '../../admin/shared/engine-view.ts';
import type { Membership, NodeName } from '../../cluster/ports.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { EventHub } from '../../kernel/events.ts';
import type { Elsewhere } from '../../xmpp/router/elsewhere.ts';

/** Sessions of the other nodes. */
export interface SessionsElsewhere {
  all(): Iterable<SessionView>;
  of(bare: string): readonly SessionView[];
  /** False when no other node has told of such a session. */
  end(id: string, reason: string): boolean;
}

interface Change {
  /** Everything told before is void. */
  readonly isWhole: boolean;
  readonly views: readonly SessionView[];
  readonly ended: readonly string[];
}

const TELL_MS = 1_000;
const SLICE = 500;

export function createSessionsElsewhere(deps: {
  readonly elsewhere: Elsewhere;
  readonly membership: Membership;
  readonly events: EventHub;
  /** Our own. */
  readonly here: () => Iterable<SessionView>;
  readonly find: (jid: string, id: string) => SessionView | null;
  readonly end: (id: string, reason: string) => boolean;
  readonly clock: Clock;
}): SessionsElsewhere & { stop(): void } {
  const { elsewhere, membership, events, clock } = deps;
  const self = membership.self.name;
  const told = new Map<NodeName, Map<string, SessionView>>();
  const byPerson = new Map<string, Set<SessionView>>();
  /** Which of our sessions the others have heard of. */
  const known = new Set<string>();
  const changed = new Map<string, string>();
  let timer: { cancel(): void } | null = null;

  const others = (): NodeName[] =>
    membership.nodes().flatMap(({ name, state }) => (name === self || state === 'gone' || state === 'joining' ? [] : [name]));

  function forget(view: SessionView): void {
    const list = byPerson.get(view.bare);
    list?.delete(view);
    if (list?.size === 0) byPerson.delete(view.bare);
  }

  function hear({ isWhole, views, ended }: Change, from: NodeName): void {
    if (isWhole) drop(from);
    let sessions = told.get(from);
    if (sessions === undefined) {
      sessions = new Map();
      told.set(from, sessions);
    }
    for (const view of views) {
      const before = sessions.get(view.id);
      if (before !== undefined) forget(before);
      sessions.set(view.id, view);
      let list = byPerson.get(view.bare);
      if (list === undefined) {
        list = new Set();
        byPerson.set(view.bare, list);
      }
      list.add(view);
      const fact = { sessionId: view.id, jid: `${view.bare}/${view.resource}` };
      events.emit(before === undefined ? 'session.started' : 'session.changed', fact);
    }
    for (const id of ended) {
      const view = sessions.get(id);
      if (view === undefined) continue;
      sessions.delete(id);
      forget(view);
      events.emit('session.ended', { sessionId: id, jid: `${view.bare}/${view.resource}` });
    }
  }

  function drop(node: NodeName): void {
    for (const view of told.get(node)?.values() ?? []) forget(view);
    told.delete(node);
  }

  function note({ sessionId, jid }: { readonly sessionId: string; readonly jid: string }): void {
    // What another node told is told on by nobody.
    if (!known.has(sessionId) && deps.find(jid, sessionId) === null) return;
    changed.set(sessionId, jid);
    timer ??= clock.setTimeout(tell, TELL_MS);
  }

  function tell(): void {
    timer = null;
    const views: SessionView[] = [];
    const ended: string[] = [];
    for (const [id, jid] of changed) {
      const view = deps.find(jid, id);
      if (view !== null) {
        known.add(id);
        views.push(view);
      } else if (known.delete(id)) ended.push(id);
    }
    changed.clear();
    const change: Change = { isWhole: false, views, ended };
    for (const node of others()) elsewhere.tell(node, 'sessions.changed', change);
  }

  async function show(node: NodeName): Promise<void> {
    let views: SessionView[] = [];
    let isWhole = true;
    const send = () => {
      elsewhere.tell(node, 'sessions.changed', { isWhole, views, ended: [] } satisfies Change);
      isWhole = false;
      views = [];
    };
    for (const view of deps.here()) {
      known.add(view.id);
      views.push(view);
      if (views.length < SLICE) continue;
      send();
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (views.length > 0 || isWhole) send();
  }

  elsewhere.hear('sessions.changed', (payload, from) => hear(payload as Change, from));
  elsewhere.hear('sessions.end', (payload) => {
    const { id, reason } = payload as { id: string; reason: string };
    deps.end(id, reason);
  });
  const stops = [
    events.on('session.started', note),
    events.on('session.changed', note),
    events.on('session.ended', note),
    membership.onChange((node, was) => {
      if (node.name === self) return;
      if (node.state === 'gone') drop(node.name);
      else if (was === null || was === 'gone' || was === 'joining') void show(node.name);
    }),
  ];

  return {
    *all() {
      for (const sessions of told.values()) yield* sessions.values();
    },
    of: (bare) => [...(byPerson.get(bare) ?? [])],
    end(id, reason) {
      for (const [node, sessions] of told) if (sessions.has(id)) return elsewhere.tell(node, 'sessions.end', { id, reason });
      return false;
    },
    stop() {
      timer?.cancel();
      for (const stop of stops) stop();
    },
  };
}
