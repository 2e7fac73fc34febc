/** What every XMPP server under test or comparison offers to the benchmark and to the client drivers. */
export interface PeerOptions {
  readonly domain: string;
  /** Accounts `u1` … `uN` with the passwords `p1` … `pN`. */
  readonly accounts: number;
  /** Contacts per account: account i and its next `contacts / 2` neighbours on either side (a ring) share presence both ways. */
  readonly contacts?: number;
  readonly archive?: boolean;
  /** Chat rooms (XEP-0045) at `conference.<domain>`, without a limit that these loads would meet. */
  readonly rooms?: boolean;
}

export interface Peer {
  readonly name: string;
  readonly version: string;
  readonly host: string;
  readonly port: number;
  readonly domain: string;
  /** Roots of all process trees that do its work. */
  pids(): number[];
  /** What differs from the others and should be read beside the figures. */
  readonly notes: readonly string[];
  /** Stops it in order and starts it again with what it has stored. */
  restart?(): Promise<void>;
  stop(): Promise<void>;
}

/** The contacts of account `index` (1-based) on the ring described at `PeerOptions.contacts`. */
export function ringContacts(index: number, accounts: number, contacts: number): number[] {
  const half = Math.floor(contacts / 2);
  const found = new Set<number>();
  for (let step = 1; step <= half; step++) {
    found.add(((index - 1 + step) % accounts) + 1);
    found.add(((index - 1 - step + accounts * (1 + Math.ceil(step / accounts))) % accounts) + 1);
  }
  found.delete(index);
  return [...found];
}
