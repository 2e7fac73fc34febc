import type { RawClient, RawTarget } from '../clients/raw.ts';
import { child, find } from '../clients/xml.ts';
import { createAsking, type Outcome } from './asking.ts';
import { isShortage, signInBare } from './traffic.ts';

/**
 * Publishes items all the time, under its own address (XEP-0163) and at a node of the service (XEP-0060), and remembers what was confirmed: the result
 * of the IQ is a promise.
 */
export interface Publisher {
  connect(target: RawTarget): Promise<void>;
  /** Publishes until the connection ends. */
  work(): void;
  cut(): void;
  readonly confirmed: number;
  /** Refused because nothing could be kept. */
  readonly refused: number;
  check(target: RawTarget): Promise<string[]>;
}

const pubsub = 'http://jabber.org/protocol/pubsub';
const itemsPerNode = 25;

interface Published {
  /** The newest content that was asked for, and the newest that was confirmed. */
  asked: number;
  promised: number;
}

export function createPublisher(user: string, password: string, domain: string, random: () => number): Publisher {
  const places = [
    { name: 'own', node: 'urn:example:kept', to: undefined, items: new Map<string, Published>() },
    { name: 'service', node: `kept-${user}`, to: `pubsub.${domain}`, items: new Map<string, Published>() },
  ];
  let client: RawClient | null = null;
  let isMade = false;
  let content = 0;
  const asking = createAsking();

  const form = (kind: string) =>
    `<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>${pubsub}#${kind}</value></field>` +
    `<field var='pubsub#persist_items'><value>1</value></field><field var='pubsub#max_items'><value>1000</value></field></x>`;

  async function make(on: RawClient): Promise<void> {
    const service = places[1]!;
    const answer = await on.query(
      'set',
      `<pubsub xmlns='${pubsub}'><create node='${service.node}'/><configure>${form('node_config')}</configure></pubsub>`,
      service.to,
    );
    // A connection may have ended between the node and its answer.
    if (answer.attrs.type !== 'result' && find(answer, 'conflict') === undefined) throw new Error(`no node was made: ${answer.source}`);
  }

  async function publish(on: RawClient): Promise<Outcome> {
    const place = places[random() < 0.5 ? 0 : 1]!;
    const id = `i${Math.floor(random() * itemsPerNode)}`;
    const version = ++content;
    const item = place.items.get(id) ?? { asked: 0, promised: 0 };
    place.items.set(id, item);
    item.asked = version;
    const options = place.to === undefined ? `<publish-options>${form('publish-options')}</publish-options>` : '';
    const answer = await on.query(
      'set',
      `<pubsub xmlns='${pubsub}'><publish node='${place.node}'><item id='${id}'><kept xmlns='urn:example:kept'>${version}</kept></item></publish>${options}</pubsub>`,
      place.to,
    );
    if (answer.attrs.type === 'result') {
      item.promised = version;
      return 'confirmed';
    }
    if (isShortage(answer)) return 'refused';
    throw new Error(`an item was refused: ${answer.source}`);
  }

  return {
    async connect(target) {
      client = await signInBare(target, user, password, 'publisher');
      if (!isMade) await make(client);
      isMade = true;
    },
    work() {
      if (client) asking.work(client, publish);
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
      const problems = [...asking.surprises];
      for (const { name, node, to, items } of places) {
        const answer = await reader.query('get', `<pubsub xmlns='${pubsub}'><items node='${node}'/></pubsub>`, to);
        const found = new Map<string, number>();
        for (const item of child(child(answer, 'pubsub'), 'items')?.children ?? []) {
          const id = item.attrs.id ?? '';
          if (found.has(id)) problems.push(`${id} stands twice at the ${name} node`);
          found.set(id, Number(child(item, 'kept')?.text));
        }
        for (const [id, { asked, promised }] of items) {
          const there = found.get(id) ?? 0;
          if (there < promised) problems.push(`${id} at the ${name} node has content ${there}; ${promised} was confirmed`);
          if (there > asked) problems.push(`${id} at the ${name} node has content ${there}, which nobody published`);
        }
      }
      await reader.close();
      return problems;
    },
  };
}
