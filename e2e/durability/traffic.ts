import { enableStreamManagement, type ManagedStream, resumeStream } from '../clients/managed.ts';
import { becomeAvailable, openRaw, type RawClient, type RawTarget } from '../clients/raw.ts';
import { child, childText, find, type XmlElement } from '../clients/xml.ts';

/** Everything the check knows of one message. */
export interface Sent {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  acknowledged: boolean;
  /** Times it was sent again after a crash. */
  resent: number;
  /** Came back with the word that it cannot be kept now: nothing was promised, although an acknowledgement counts it (XEP-0198 §4). */
  refused: boolean;
}

const shortages = ['resource-constraint', 'internal-server-error'];

/** The refusal of a server that can keep nothing at the moment. Any other is held against it, and so is this one while the disk has space. */
export const isShortage = (element: XmlElement): boolean => {
  const error = element.attrs.type === 'error' ? find(element, 'error') : undefined;
  return error?.attrs.type === 'wait' && shortages.some((condition) => child(error, condition) !== undefined);
};

/** One copy that came to a device of a recipient. */
export interface Copy {
  readonly id: string;
  /** Lives of the server, counted from 0: two copies in one life are never excused. */
  readonly life: number;
  readonly at: number;
}

export async function signInBare(target: RawTarget, user: string, password: string, resource: string): Promise<RawClient> {
  const client = await signInUnbound(target, user, password);
  await client.bind(resource);
  return client;
}

async function signInUnbound(target: RawTarget, user: string, password: string): Promise<RawClient> {
  const client = await openRaw(target);
  await client.open();
  await client.startTls();
  await client.open();
  await client.authenticate(user, password);
  await client.open();
  return client;
}

export interface Sender {
  readonly user: string;
  readonly sent: Map<string, Sent>;
  connect(target: RawTarget): Promise<void>;
  sendOne(to: string): void;
  /** Loses the connection, comes back and resumes its session (XEP-0198 §5), as a client under a tunnel does. */
  vanish(target: RawTarget): Promise<void>;
  request(): void;
  waiting(): number;
  cut(): void;
  close(): Promise<void>;
}

/** A sender that behaves as XEP-0198 lets it: what was not acknowledged when the server died is sent again, with the same id. */
export function createSender(user: string, password: string, domain: string): Sender {
  const sent = new Map<string, Sent>();
  let stream: ManagedStream | null = null;
  let count = 0;
  const message = (id: string, to: string) => `<message to='${to}@${domain}' type='chat' id='${id}'><body>message ${id}</body></message>`;
  const pending = new Set<string>();
  const options = {
    onStanza(element: XmlElement) {
      const record = element.name === 'message' ? sent.get(element.attrs.id ?? '') : undefined;
      if (record === undefined || !isShortage(element)) return;
      record.refused = true;
      pending.delete(record.id);
    },
    onAcknowledged(id: string) {
      const record = sent.get(id);
      if (record) record.acknowledged = true;
      pending.delete(id);
    },
  };
  return {
    user,
    sent,
    async vanish(target) {
      const lost = stream;
      if (!lost || lost.client.closed) return;
      stream = null;
      lost.client.cut();
      const client = await signInUnbound(target, user, password);
      const resumed = await resumeStream(client, lost.state, options);
      if (!resumed) throw new Error(`${user} could not resume its session`);
      stream = resumed;
      stream.request();
    },
    async connect(target) {
      const client = await signInBare(target, user, password, 'sender');
      stream = await enableStreamManagement(client, options);
      for (const id of pending) {
        const record = sent.get(id)!;
        record.resent++;
        stream.send(message(id, record.to), id);
      }
      if (pending.size > 0) stream.request();
    },
    sendOne(to) {
      if (!stream || stream.client.closed) return;
      const id = `${user}-${String(++count).padStart(16, '0')}`;
      sent.set(id, { id, from: user, to, acknowledged: false, resent: 0, refused: false });
      pending.add(id);
      stream.send(message(id, to), id);
    },
    request: () => stream?.request(),
    waiting: () => pending.size,
    cut: () => stream?.client.cut(),
    async close() {
      await stream?.client.close();
    },
  };
}

export interface Recipient {
  readonly user: string;
  readonly copies: readonly Copy[];
  /** Errors that came instead of messages. */
  readonly refused: readonly string[];
  connect(target: RawTarget, life: number): Promise<void>;
  /** Milliseconds since 1970 of the last arrival. */
  lastArrival(): number;
  cut(): void;
  client(): RawClient;
}

export function createRecipient(user: string, password: string): Recipient {
  const copies: Copy[] = [];
  const refused: string[] = [];
  let stream: ManagedStream | null = null;
  let last = Date.now();
  return {
    user,
    copies,
    refused,
    async connect(target, life) {
      const client = await signInBare(target, user, password, 'desk');
      stream = await enableStreamManagement(client, { eager: true });
      const counting = client.tap!;
      client.tap = (element) => {
        const handled = counting(element);
        if (element.name !== 'message') return handled;
        last = Date.now();
        if (element.attrs.type === 'error') refused.push(element.source);
        else if (childText(element, 'body') !== '') copies.push({ id: element.attrs.id ?? '', life, at: last });
        // Archive results are collected by whoever asked for them.
        return element.attrs.id !== undefined && childText(element, 'body') !== '';
      };
      await becomeAvailable(client);
    },
    lastArrival: () => last,
    cut: () => stream?.client.cut(),
    client() {
      if (!stream) throw new Error(`${user} never connected`);
      return stream.client;
    },
  };
}
