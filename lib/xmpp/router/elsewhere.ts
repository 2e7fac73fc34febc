/** What other nodes of a cluster look after, and the ways there (docs/decisions/0015). A node that is alone has none of it. */
import type { NodeName } from '../../cluster/ports.ts';
import type { BareJid, Jid } from '../../kernel/jid.ts';
import type { AckHold, Urgency } from '../c2s/session.ts';
import type { Stanza } from '../stanza/stanza.ts';

export interface Elsewhere {
  /** Another node acts for this person. False for our own people, for nobody's and for addresses that are none of ours. */
  isElsewhere(bare: BareJid): boolean;
  /** Another node runs this room or service. */
  isPlaceElsewhere(bare: string): boolean;
  /** Whoever serves this domain is connected to another node. */
  isServedElsewhere(domain: string): boolean;
  /** Domains that are served over connections to `node` from now on; all of them. */
  served(node: NodeName, domains: readonly string[]): void;
  /**
   * A stanza to a person or a place of another node. It arrives there, waits for whoever acts next, or is refused: never lost. `hold` is given back when the
   * other node has settled it, or when it was refused.
   */
  send(stanza: Stanza, hold: AckHold | null): void;
  /** See `Router.deliver`. Copies of one stanza cross together, once for each node. */
  deliver(to: Jid, stanza: Stanza, xml: string, urgency: Urgency): boolean;
  /** People by the node that acts for them; ours and nobody's are left out. */
  group(people: Iterable<BareJid>): ReadonlyMap<NodeName, readonly BareJid[]>;
  /**
   * What a room says to the same room of another node, in order with everything else that goes there. Lost when that node ends: for what its next owner asks
   * for again. False when that node is not there.
   */
  tell(to: NodeName, what: string, payload: object): boolean;
  /** The same to every other node that is there. */
  tellAll(what: string, payload: object): void;
  hear(what: string, fn: (payload: unknown, from: NodeName) => void): void;
  /** A node is gone, or somebody else acts for its people from now on: what was shown of the people for whom `wasTheirs` holds is not true any more. */
  onDeparted(fn: (wasTheirs: (bare: BareJid) => boolean) => void): void;
}

/** The account exists, but no node acts for it now: not assigned, or on its way to another one. */
export class NobodyActs extends Error {
  constructor(bare: BareJid) {
    super(`No node acts for ${bare} now.`);
  }
}
