/** Chat rooms over the real router and memory stores: alice, bob and carol at example.com, rooms at conference.example.com. */
import type { MucValues } from '../config/schema/index.ts';
import { type LiveBox, liveBox } from '../kernel/live.ts';
import { silentLog } from '../kernel/log.ts';
import { createMuc, type Muc } from '../muc/index.ts';
import type { Element } from '../xmpp/stanza/element.ts';
import { elementOf, type FakeSession } from './fake-session.ts';
import { settingsBox } from './fixed-settings.ts';
import type { MemoryStores } from './memory/index.ts';
import { createMessageWorld, type MessageWorld } from './message-world.ts';

export interface MucWorld extends MessageWorld {
  readonly muc: Muc;
  readonly mucValues: LiveBox<MucValues>;
  /** Enters `room` (its local part) as `nick`; what was sent meanwhile stays to be taken. */
  enter(session: FakeSession, room: string, nick: string, inner?: string): Promise<void>;
  /** Enters, takes the defaults of the new room, and forgets what was sent. */
  make(session: FakeSession, room: string, nick: string, config?: Readonly<Record<string, string | readonly string[]>>): Promise<void>;
  groupchat(session: FakeSession, room: string, inner: string, id?: string): void;
  /** Sends a request and returns the answer; what came before it is kept in `sent`. */
  ask(session: FakeSession, type: 'get' | 'set', to: string, payload: string): Promise<Element>;
  /** The same node started again: nobody in memory, the stores as they are. */
  reborn(): MucWorld;
}

export const MUC_DOMAIN = 'conference.example.com';
const USER = 'http://jabber.org/protocol/muc#user';
const FORM = 'http://jabber.org/protocol/muc#roomconfig';

export const configXml = (values: Readonly<Record<string, string | readonly string[]>>): string => {
  const fields = Object.entries({ FORM_TYPE: FORM, ...values }).map(
    ([name, value]) =>
      `<field var='${name}'>${[value]
        .flat()
        .map((one) => `<value>${one}</value>`)
        .join('')}</field>`,
  );
  return `<query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'>${fields.join('')}</x></query>`;
};

export function createMucWorld(change: { muc?: Partial<MucValues>; stores?: MemoryStores; clock?: MessageWorld['clock'] } = {}): MucWorld {
  const base = createMessageWorld(change);
  const mucValues = settingsBox('muc', { joinsPerSecond: 0, createsPerMinute: 0, ...change.muc });
  const { stores, router, clock } = base;
  const muc = createMuc({
    router: () => router,
    store: stores.rooms,
    journal: stores.roomJournal,
    archive: stores.roomArchive,
    settings: mucValues,
    imDomains: liveBox<ReadonlySet<string>>(new Set(['example.com'])),
    settled: (done) => (stores.journal.accepting ? stores.journal.append({ archive: [], offline: [] }, done) : done()),
    vcardOf: () => Promise.resolve("<vCard xmlns='vcard-temp'/>"),
    secret: Buffer.from('a secret of the tests'),
    clock,
    log: silentLog,
  });
  router.hosts.add(muc.host);
  router.add(muc);
  let asked = 0;
  const world: MucWorld = {
    ...base,
    muc,
    mucValues,
    async enter(session, room, nick, inner = '') {
      world.say(session, `<presence to='${room}@${MUC_DOMAIN}/${nick}'><x xmlns='http://jabber.org/protocol/muc'>${inner}</x></presence>`);
      await world.rest();
    },
    async make(session, room, nick, config = {}) {
      await world.enter(session, room, nick);
      const answer = await world.ask(session, 'set', `${room}@${MUC_DOMAIN}`, configXml(config));
      if (answer.attrs.type !== 'result') throw new Error(`not configured: ${answer.child('error')?.elements()[0]?.name}`);
      session.take();
    },
    groupchat(session, room, inner, id = '') {
      world.say(session, `<message to='${room}@${MUC_DOMAIN}' type='groupchat'${id === '' ? '' : ` id='${id}'`}>${inner}</message>`);
    },
    async ask(session, type, to, payload) {
      const id = `ask-${++asked}`;
      world.say(session, `<iq type='${type}' to='${to}' id='${id}'>${payload}</iq>`);
      let found: Element | undefined;
      await world.until(() => {
        const at = session.sent.findIndex(({ xml }) => xml.startsWith('<iq') && xml.includes(`id='${id}'`));
        if (at < 0) return false;
        const [sent] = session.sent.splice(at, 1);
        found = sent === undefined ? undefined : elementOf(sent.xml);
        return found !== undefined;
      });
      if (found === undefined) throw new Error('no answer');
      return found;
    },
    reborn: () => createMucWorld({ ...change, stores, clock }),
  };
  return world;
}

/** One line for a stanza: what it is, from whom in the room, with which status codes. */
export function line(stanza: Element): string {
  const from = stanza.attrs.from ?? '';
  const nick = from.includes('/') ? from.slice(from.indexOf('/')) : '';
  const x = stanza.child('x', USER);
  const codes = (x?.elements() ?? []).filter((one) => one.name === 'status').map((one) => one.attrs.code);
  const error = stanza
    .child('error')
    ?.elements()
    .find((one) => one.name !== 'text')?.name;
  const item = x?.child('item', USER);
  const standing = item === undefined ? '' : ` ${item.attrs.affiliation}:${item.attrs.role}`;
  const body = stanza.child('body')?.text();
  const subject = stanza.child('subject');
  return [
    stanza.name + (stanza.attrs.type && stanza.attrs.type !== 'groupchat' ? `:${stanza.attrs.type}` : ''),
    nick + standing,
    codes.length > 0 ? `[${codes.join(',')}]` : '',
    body === undefined ? '' : `"${body}"`,
    subject === undefined ? '' : `subject "${subject.text()}"`,
    error ?? '',
  ]
    .filter((part) => part !== '')
    .join(' ');
}
