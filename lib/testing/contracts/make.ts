import { afterEach, beforeEach } from 'vitest';
import type { NewAccount } from '../../directory/ports.ts';
import type { ArchiveRow, JournalEntry } from '../../im/ports.ts';
import { sortableId } from '../../kernel/ids.ts';
import type { BareJid, Domain } from '../../kernel/jid.ts';
import type { Stores } from '../../store/stores.ts';

/** How a suite gets stores over empty tables. */
export type MakeStores = () => Promise<{ stores: Stores; close(): Promise<void> }>;

/** Fresh stores before each test. */
export function useStores(make: MakeStores): () => Stores {
  let made: Awaited<ReturnType<MakeStores>> | null = null;
  beforeEach(async () => {
    made = await make();
  });
  afterEach(async () => {
    await made?.close();
  });
  return () => {
    if (made === null) throw new Error('no stores yet');
    return made.stores;
  };
}

export const jid = (text: string): BareJid => text as BareJid;
export const person = (local: string, more: Partial<NewAccount> = {}): NewAccount => ({
  userId: local,
  local,
  domain: 'example.com' as Domain,
  name: local,
  mail: '',
  enabled: true,
  credentials: null,
  ...more,
});

/** Creates people and gives their account ids in the same order. */
export async function people(stores: Stores, ...locals: string[]): Promise<number[]> {
  const { created } = await stores.accounts.create(locals.map((local) => person(local)));
  return created.map((account) => account.id);
}

let clock = 1_700_000_000_000;
export function archived(accountId: number, peer: string, body: string, more: Partial<ArchiveRow> = {}): ArchiveRow {
  const uid = sortableId();
  clock += 1_000;
  return {
    accountId,
    uid,
    peer: jid(peer),
    outgoing: false,
    at: clock,
    xml: `<message from='${peer}/phone'><body>${body}</body></message>`,
    body,
    stanzaId: `s-${uid.slice(-8)}`,
    ...more,
  };
}

export const committed = (stores: Stores, entry: Partial<JournalEntry>): Promise<void> =>
  new Promise((resolve) => stores.journal.append({ archive: [], offline: [], ...entry }, resolve));
