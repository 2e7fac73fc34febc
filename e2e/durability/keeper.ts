import type { RawClient, RawTarget } from '../clients/raw.ts';
import { child } from '../clients/xml.ts';
import { createAsking, type Outcome } from './asking.ts';
import { isShortage, signInBare } from './traffic.ts';

/**
 * Changes its contact list all the time, one change after another, and remembers what the server confirmed: an IQ result is a promise as an
 * acknowledgement is.
 */
export interface Keeper {
  connect(target: RawTarget): Promise<void>;
  /** Changes until the connection ends. */
  work(): void;
  cut(): void;
  readonly confirmed: number;
  /** Refused because nothing could be kept. */
  readonly refused: number;
  /** What is wrong with the list as it is now. */
  check(target: RawTarget): Promise<string[]>;
}

const contacts = 25;

export function createKeeper(user: string, password: string, domain: string, random: () => number): Keeper {
  /** The newest change of each contact that was confirmed, and the newest that was asked for. */
  const promised = new Map<string, number>();
  const asked = new Map<string, number>();
  let client: RawClient | null = null;
  let changes = 0;
  const asking = createAsking();
  async function change(on: RawClient): Promise<Outcome> {
    const contact = `c${Math.floor(random() * contacts)}@${domain}`;
    const version = ++changes;
    asked.set(contact, version);
    const answer = await on.query(
      'set',
      `<query xmlns='jabber:iq:roster'><item jid='${contact}' name='v${version}'><group>Kept</group></item></query>`,
    );
    if (isShortage(answer)) return 'refused';
    if (answer.attrs.type !== 'result') throw new Error(`the change of a contact was refused: ${answer.source}`);
    promised.set(contact, version);
    return 'confirmed';
  }
  return {
    async connect(target) {
      client = await signInBare(target, user, password, 'keeper');
    },
    work() {
      if (client) asking.work(client, change);
    },
    cut: () => client?.cut(),
    get confirmed() {
      return asking.confirmed;
    },
    get refused() {
      return asking.refused;
    },
    async check(target) {
      const reader = await signInBare(target, user, password, 'reader');
      const query = child(await reader.query('get', "<query xmlns='jabber:iq:roster'/>"), 'query');
      await reader.close();
      const problems = [...asking.surprises];
      const found = new Map<string, number>();
      for (const item of query?.children ?? []) {
        if (typeof item === 'string') continue;
        const jid = item.attrs.jid ?? '';
        if (found.has(jid)) problems.push(`${jid} stands twice in the list`);
        found.set(jid, Number((item.attrs.name ?? '').slice(1)));
      }
      for (const [contact, version] of promised) {
        const there = found.get(contact) ?? 0;
        if (there < version) problems.push(`${contact} is as of change ${there}; change ${version} was confirmed`);
        if (there > (asked.get(contact) ?? 0)) problems.push(`${contact} is as of change ${there}, which nobody asked for`);
      }
      return problems;
    },
  };
}
