/**
 * The engine on several nodes (docs/decisions/0015): stanzas cross to whoever acts for their target, sessions live where their person is looked after while
 * their connections are anywhere, and what changes hands is let go in time.
 */
import type { Membership, NodeLinks, NodeName, Ownership } from '../../cluster/ports.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { BareJid } from '../../kernel/jid.ts';
import type { Log } from '../../kernel/log.ts';
import type { SessionDeps } from '../c2s/bound-session.ts';
import type { SessionsElsewhere } from '../c2s/elsewhere.ts';
import type { BuiltRouter } from '../router/create-router.ts';
import type { BuiltUsers } from '../router/create-users.ts';
import type { Elsewhere } from '../router/elsewhere.ts';
import type { User } from '../router/users.ts';
import type { MessageStanza } from '../stanza/stanza.ts';
import { type CrossingCounters, createCrossing } from './crossing.ts';
import { createHandover, HANDED_OVER } from './handover.ts';
import { createQuestions, type Questions } from './questions.ts';
import { createSessionHost } from './session-host.ts';
import { createSessionProxies } from './session-proxy.ts';
import { FROM_CLIENT, KIND } from './session-words.ts';

export interface ClusterEngine {
  /** For the listeners of clients. */
  readonly sessions: SessionsElsewhere;
  readonly counters: Readonly<CrossingCounters>;
  /** For what is not the way of a stanza: administration. */
  readonly elsewhere: Elsewhere;
  readonly questions: Questions;
  /** Sessions of ours with a connection elsewhere; connections of ours with a session elsewhere. */
  figures(): { readonly sessionsAfar: number; readonly connectionsAfar: number };
  /** What waits for nodes that are not there. */
  waiting(): { readonly stanzas: number };
  /** Rows that would wait in the store if what waits for other nodes were written here: whoever writes is slowed by it. */
  backlog(): number;
  /** What these accounts wrote was given up unwritten, since somebody else acts for them: their sessions end, and nothing of it is acknowledged. */
  dropped(accountIds: readonly number[]): void;
  stop(): void;
}

/** So many characters cost a node about what a row does. */
const CHARACTERS_A_ROW = 1_000;
/** How often what waits is looked at: it is asked for with each message. */
const LOOK_MS = 50;

const fromClient: ReadonlySet<string> = new Set(Object.values(FROM_CLIENT));

export function createClusterEngine(deps: {
  readonly links: NodeLinks;
  readonly membership: Membership;
  readonly ownership: Ownership;
  readonly router: BuiltRouter;
  readonly users: BuiltUsers;
  /** What sessions are made with (`Clients.sessionDeps`). */
  readonly sessionDeps: () => SessionDeps & { readonly secret: Buffer; archiveMetadata(user: User): Promise<string> };
  /** See the im room. */
  readonly hasArrived: (message: MessageStanza) => Promise<boolean>;
  /** Resolves when what was handed to the stores so far is committed. */
  readonly settled: () => Promise<void>;
  /** Something has changed hands: what is kept of people, rooms and services that are not ours any more is to be dropped. */
  readonly release: (isMine: (bare: BareJid) => boolean, isMyPlace: (bare: string) => boolean) => void;
  /** How long a stanza waits for a node before it is refused; 30 s unless told. */
  readonly waitMs?: number;
  readonly clock: Clock;
  readonly log: Log;
}): ClusterEngine {
  const { links, membership, ownership, router, users, clock, log } = deps;
  const self = membership.self.name;
  const crossing = createCrossing(deps);
  const proxies = createSessionProxies({ links, ownership, self, clock, log });
  const questions = createQuestions({ elsewhere: crossing, membership, clock, log });
  let backlog = 0;
  let lookAt = 0;
  let host: ReturnType<typeof createSessionHost> | null = null;
  const theHost = () => {
    host ??= createSessionHost({ links, sessions: deps.sessionDeps(), log });
    return host;
  };
  users.holdOnly((bare: BareJid) => ownership.isMine(bare));
  router.join(crossing);
  const handover = createHandover({ ...deps, self, crossing });

  const stops = [
    links.receive(KIND, (from: NodeName, payload, settled) => {
      try {
        if (fromClient.has(payload[0] ?? '')) theHost().take(from, payload);
        else proxies.take(from, payload);
      } catch (error) {
        log.error('cluster.session-words-failed', { from, error });
      } finally {
        settled();
      }
    }),
    links.onLost((node) => {
      proxies.lost(node);
      host?.lost(node);
    }),
    ownership.onChange(handover.changed),
  ];

  return {
    sessions: proxies,
    counters: crossing.counters,
    elsewhere: crossing,
    questions,
    figures: () => ({ sessionsAfar: host?.count ?? 0, connectionsAfar: proxies.count }),
    waiting: () => ({ stanzas: crossing.waiting }),
    backlog() {
      const now = clock.monotonic();
      if (now < lookAt) return backlog;
      lookAt = now + LOOK_MS;
      backlog = 0;
      for (const { name } of membership.nodes()) if (name !== self) backlog = Math.max(backlog, links.waiting(name) / CHARACTERS_A_ROW);
      return backlog;
    },
    dropped(accountIds) {
      const ids = new Set(accountIds);
      for (const user of [...users.held()])
        if (ids.has(user.accountId)) for (const session of [...user.sessions.values()]) session.end('reset', HANDED_OVER);
    },
    stop() {
      for (const stop of stops) stop();
      crossing.stop();
      proxies.stop();
    },
  };
}
