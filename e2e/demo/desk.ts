import { enableStreamManagement, type ManagedStream, resumeStream, type StreamState } from '../clients/managed.ts';
import { openRaw, type RawClient, type RawTarget } from '../clients/raw.ts';
import { child, childText, escapeXml, type XmlElement } from '../clients/xml.ts';
import type { Employee } from './company.ts';

/** One client of one person: signs in over TLS, asks for its contacts, and tells what comes in. */
export interface Desk {
  readonly online: boolean;
  connect(): Promise<void>;
  say(to: string, body: string): void;
  /** Speaks in a room it is in. */
  sayIn(room: string, body: string): void;
  setPresence(show: string, status: string): void;
  /** Closes in order. */
  leave(): Promise<void>;
  /** Loses the connection; `connect` then resumes. */
  lose(): void;
}

export interface DeskEvents {
  onMessage(from: string, body: string): void;
  /** The connection ended although nobody asked for it. */
  onLost(): void;
}

const clients = ['Gajim', 'Dino', 'Psi+', 'Profanity', 'Converse.js'];

/** The same person uses the same client every day. */
function softwareOf(userId: string): string {
  let sum = 0;
  for (const char of userId) sum += char.charCodeAt(0);
  return clients[sum % clients.length]!;
}

export interface DeskOptions {
  readonly person: Employee;
  readonly resource: string;
  readonly target: RawTarget;
  /** Names of the rooms it enters when it signs in. */
  readonly rooms: readonly string[];
}

export function createDesk({ person, resource, target, rooms }: DeskOptions, events: DeskEvents): Desk {
  let client: RawClient | null = null;
  let stream: ManagedStream | null = null;
  let remembered: StreamState | null = null;
  let leaving = false;
  let messages = 0;
  const roomAddress = (room: string) => `${room}@conference.${target.domain}`;
  const address = (userId: string) => escapeXml(`${userId}@${target.domain}`);
  const sender = (element: XmlElement) => (element.attrs.from ?? '').split('@')[0]!;
  const software = resource === 'phone' ? 'Conversations' : softwareOf(person.userId);
  /** A client that answers nothing is taken as lost. */
  const answer = (query: XmlElement) => {
    const head = `<iq type='result' id='${escapeXml(query.attrs.id ?? '')}'${query.attrs.from === undefined ? '' : ` to='${escapeXml(query.attrs.from)}'`}`;
    if (child(query, 'query', 'jabber:iq:version'))
      send(`${head}><query xmlns='jabber:iq:version'><name>${software}</name><version>1.0</version></query></iq>`);
    else if (child(query, 'ping') || query.attrs.type === 'set') send(`${head}/>`);
    else
      send(
        `${head.replace('result', 'error')}><error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`,
      );
  };
  const onStanza = (element: XmlElement) => {
    if (element.name === 'iq' && (element.attrs.type === 'get' || element.attrs.type === 'set')) return answer(element);
    if (element.name === 'message' && element.attrs.type === 'chat') {
      const body = childText(element, 'body');
      if (body === '') return;
      if (child(element, 'request', 'urn:xmpp:receipts'))
        send(
          `<message to='${escapeXml(element.attrs.from ?? '')}' type='chat' id='${resource}-r${++messages}'><received xmlns='urn:xmpp:receipts' id='${escapeXml(element.attrs.id ?? '')}'/></message>`,
        );
      events.onMessage(sender(element), body);
    } else if (element.name === 'presence' && element.attrs.type === 'subscribe') {
      send(`<presence to='${escapeXml(element.attrs.from ?? '')}' type='subscribed'/>`);
    }
  };
  const send = (xml: string) => {
    if (client && !client.closed) stream?.send(xml, '');
  };
  const authenticate = async (): Promise<RawClient> => {
    const fresh = await openRaw(target);
    await fresh.open();
    await fresh.startTls();
    await fresh.open();
    await fresh.authenticate(person.userId, person.password);
    await fresh.open();
    return fresh;
  };
  /** Asks for the presence of contacts that are not on the list yet, a few a second: nobody adds twenty people at once. */
  const addContacts = async (known: ReadonlySet<string>) => {
    for (const contact of person.contacts) {
      if (known.has(`${contact}@${target.domain}`)) continue;
      if (!client || client.closed) return;
      send(`<presence to='${address(contact)}' type='subscribe'/>`);
      await new Promise((resolve) => setTimeout(resolve, 400));
    }
  };
  return {
    get online() {
      return client !== null && !client.closed;
    },
    async connect() {
      leaving = false;
      const fresh = await authenticate();
      client = fresh;
      fresh.onEnd = () => {
        if (client !== fresh) return;
        client = null;
        if (!leaving) events.onLost();
      };
      if (remembered && remembered.id !== '') {
        stream = await resumeStream(fresh, remembered, { onStanza });
        if (stream) {
          remembered = stream.state;
          return;
        }
      }
      await fresh.bind(resource);
      stream = await enableStreamManagement(fresh, { onStanza });
      remembered = stream.state;
      const roster = await fresh.query('get', "<query xmlns='jabber:iq:roster'/>");
      await fresh.query('set', "<enable xmlns='urn:xmpp:carbons:2'/>");
      const items = child(roster, 'query')?.children ?? [];
      const known = new Set(
        items.filter((item) => item.attrs.subscription === 'to' || item.attrs.subscription === 'both').map((item) => item.attrs.jid ?? ''),
      );
      send('<presence/>');
      for (const room of rooms)
        send(`<presence to='${escapeXml(`${roomAddress(room)}/${person.name}`)}'><x xmlns='http://jabber.org/protocol/muc'/></presence>`);
      // What the roster and the answers left behind would otherwise stay in memory for as long as the session lasts.
      const counting = fresh.tap!;
      fresh.tap = (element) => {
        counting(element);
        return true;
      };
      void addContacts(known);
    },
    say(to, body) {
      send(
        `<message to='${address(to)}' type='chat' id='${resource}-${Date.now().toString(36)}-${++messages}'><body>${escapeXml(body)}</body><request xmlns='urn:xmpp:receipts'/><active xmlns='http://jabber.org/protocol/chatstates'/></message>`,
      );
    },
    sayIn(room, body) {
      send(
        `<message to='${escapeXml(roomAddress(room))}' type='groupchat' id='${resource}-${Date.now().toString(36)}-${++messages}'><body>${escapeXml(body)}</body></message>`,
      );
    },
    setPresence(show, status) {
      send(
        `<presence>${show === '' ? '' : `<show>${show}</show>`}${status === '' ? '' : `<status>${escapeXml(status)}</status>`}</presence>`,
      );
    },
    async leave() {
      leaving = true;
      remembered = null;
      await client?.close().catch(() => {});
      client = null;
    },
    lose() {
      leaving = true;
      client?.cut();
      client = null;
    },
  };
}
