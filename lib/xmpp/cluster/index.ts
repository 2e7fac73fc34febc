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
import { createHandover } from './handover.ts';
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
  /** Stanzas that wait for a node; sessions of ours with a connection elsewhere; connections of ours with a session elsewhere. */
  figures(): { readonly waiting: number; readonly sessionsAfar: number; readonly connectionsAfar: number };
  stop(): void;
}

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
  readonly clock: Clock;
  readonly log: Log;
}): ClusterEngine {
  const { links, membership, ownership, router, users, clock, log } = deps;
  const self = membership.self.name;
  const crossing = createCrossing(deps);
  const proxies = createSessionProxies({ links, ownership, self, clock, log });
  const questions = createQuestions({ elsewhere: crossing, membership, clock, log });
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
    figures: () => ({ waiting: crossing.waiting, sessionsAfar: host?.count ?? 0, connectionsAfar: proxies.count }),
    stop() {
      for (const stop of stops) stop();
      crossing.stop();
      proxies.stop();
    },
  };
}
