import type { BareJid } from '../kernel/jid.ts';
import type { CredentialSource, StoredIdentity } from '../xmpp/sasl/ports.ts';
import type { AccountStore } from './ports.ts';

/**
 * Look-ups of one turn of the event loop leave as one query. After a failover thousands of clients sign in within
 * seconds (design §8); one query each would keep the database busy with round trips. Queries are in flight one after the
 * other, so the busier the node, the larger the batches.
 */
const maxBatch = 500;

interface Waiting {
  readonly resolve: (found: StoredIdentity | null) => void;
  readonly reject: (error: unknown) => void;
}

export function createCredentialSource(accounts: Pick<AccountStore, 'credentials'>): CredentialSource {
  const waiting = new Map<BareJid, Waiting[]>();
  let isScheduled = false;
  let inFlight = 0;

  function schedule(): void {
    if (isScheduled || inFlight > 1 || waiting.size === 0) return;
    isScheduled = true;
    setImmediate(() => {
      isScheduled = false;
      void flush();
    });
  }

  async function flush(): Promise<void> {
    const batch = new Map<BareJid, Waiting[]>();
    for (const [bare, people] of waiting) {
      if (batch.size >= maxBatch) break;
      batch.set(bare, people);
      waiting.delete(bare);
    }
    if (batch.size === 0) return;
    inFlight++;
    schedule();
    try {
      const found = await accounts.credentials([...batch.keys()]);
      for (const [bare, people] of batch) {
        const identity = found.get(bare) ?? null;
        for (const { resolve } of people) resolve(identity);
      }
    } catch (error) {
      for (const people of batch.values()) for (const { reject } of people) reject(error);
    } finally {
      inFlight--;
      schedule();
    }
  }

  return {
    lookup(bare) {
      return new Promise((resolve, reject) => {
        const people = waiting.get(bare);
        if (people) people.push({ resolve, reject });
        else waiting.set(bare, [{ resolve, reject }]);
        schedule();
      });
    },
  };
}
