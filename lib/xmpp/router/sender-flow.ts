/**
 * What the handling of one client's stanzas may have to wait for: a recipient that must be loaded, a look into the archive. The order of the client
 * and the count that its acknowledgement rests on are kept meanwhile.
 */
import { defineSlot, readSlot, writeSlot } from '../../kernel/slots.ts';
import type { AckHold, ClientSession } from '../c2s/session.ts';
import type { Stanza } from '../stanza/stanza.ts';

export interface SenderFlow {
  /** Like `session.holdAck()`, but right too when the stanza at hand had to wait and its session is at another by now. */
  holdAck(session: ClientSession): AckHold;
  /**
   * Stanzas of this session wait, in order, until the function returned is called. `first` is then handled before those that waited: the stanza
   * at hand, when it was the reason to wait.
   */
  pause(session: ClientSession): (first?: Stanza) => void;
}

/** One hold of the session that several effects of a stanza share. */
class SharedHold implements AckHold {
  private users = 1;
  constructor(private readonly hold: AckHold) {}
  /** One `done` more is needed. */
  keep(): void {
    this.users++;
  }
  share(): AckHold {
    this.keep();
    let open = true;
    return {
      done: () => {
        if (open) this.done();
        open = false;
      },
    };
  }
  done(): void {
    if (--this.users === 0) this.hold.done();
  }
}

interface Pause {
  readonly waiting: { readonly stanza: Stanza; readonly hold: SharedHold }[];
  /** The stanza at hand when the pause began. */
  readonly hold: SharedHold;
  reasons: number;
}

const pauseSlot = defineSlot<Pause>('sender-pause');

export function createSenderFlow(handle: (session: ClientSession, stanza: Stanza) => void) {
  /** The hold of the stanza handled now, when it waited before. */
  let current: SharedHold | null = null;

  function handleLater(session: ClientSession, stanza: Stanza, hold: SharedHold): void {
    later(hold, () => handle(session, stanza));
  }

  /** Runs what a stanza waited for; `hold` is given back unless something that lasts shares it. */
  function later(hold: SharedHold, work: () => void): void {
    const before = current;
    current = hold;
    try {
      work();
    } finally {
      current = before;
      hold.done();
    }
  }

  const take = (session: ClientSession): SharedHold => new SharedHold(flow.holdAck(session));

  const flow: SenderFlow = {
    holdAck: (session) => (current === null ? session.holdAck() : current.share()),
    pause(session) {
      let pause = readSlot(session, pauseSlot);
      if (pause === undefined) {
        pause = { waiting: [], hold: take(session), reasons: 0 };
        writeSlot(session, pauseSlot, pause);
      }
      const mine = pause;
      mine.reasons++;
      let open = true;
      return (first) => {
        if (!open) return;
        open = false;
        if (first !== undefined) {
          mine.hold.keep();
          mine.waiting.unshift({ stanza: first, hold: mine.hold });
        }
        if (--mine.reasons > 0) return;
        writeSlot(session, pauseSlot, undefined);
        mine.hold.done();
        // One of those handled here may pause again; the rest then waits behind it.
        for (const [index, { stanza, hold }] of mine.waiting.entries()) {
          const again = readSlot(session, pauseSlot);
          if (again !== undefined) {
            again.waiting.push(...mine.waiting.slice(index));
            return;
          }
          handleLater(session, stanza, hold);
        }
      };
    },
  };

  return {
    ...flow,
    take,
    later,
    /** The hold of whatever is handled now, when it is nobody's session here: a stanza of another node. */
    inherit: (): SharedHold | null => {
      current?.keep();
      return current;
    },
    /** One more part of the hold of the stanza at hand; null when nobody waits for it. */
    share: (session: ClientSession | null): AckHold | null => (session !== null ? flow.holdAck(session) : (current?.share() ?? null)),
    /** Handles what another node waits for: `hold` is given back when all that lasts is done. */
    under: (hold: AckHold, work: () => void): void => later(new SharedHold(hold), work),
    /** True when the stanza waits now because its session is paused. */
    waits(session: ClientSession, stanza: Stanza): boolean {
      const pause = readSlot(session, pauseSlot);
      if (pause === undefined) return false;
      pause.waiting.push({ stanza, hold: take(session) });
      return true;
    },
  };
}
