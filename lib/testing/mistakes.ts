/**
 * The mistakes that new servers make most often between them and real clients, by the numbers of the protocol matrix §6, each with the tests that would
 * catch it here. `mistakes.test.ts` keeps the table true: a test that is renamed or removed shows.
 */
export interface Mistake {
  readonly number: number;
  readonly what: string;
  /** File, and words of the title of its test. */
  readonly caughtBy: readonly (readonly [file: string, title: string])[];
  /** The part whose own tests cover it (more of it), in a folder of its own. */
  readonly also?: string;
}

const session = 'lib/xmpp/c2s/session.test.ts';
const signIn = 'lib/xmpp/c2s/sign-in.test.ts';
const router = 'lib/xmpp/router/router.test.ts';
const conversation = 'lib/im/conversation.test.ts';
const archive = 'lib/im/archive.test.ts';
const kept = 'lib/im/kept.test.ts';
const roster = 'lib/roster/roster.test.ts';

export const mistakes: readonly Mistake[] = [
  {
    number: 1,
    what: '"from" not stamped, or wrongly',
    caughtBy: [
      [session, 'stamps the full address on a stanza with %s'],
      ['e2e/wire/messages.spec.ts', 'stamps the full address of the sender on what it sends'],
      ['e2e/wire/bad-input.spec.ts', 'is thrown out with invalid-from'],
      [roster, 'leaving goes out from the bare address'],
    ],
  },
  {
    number: 2,
    what: 'IQ to the own bare JID forwarded to a client, or unanswered',
    caughtBy: [
      [router, 'answer a get in an unknown namespace with exactly one service-unavailable'],
      ['e2e/wire/messages.spec.ts', 'gives exactly one answer to an IQ it does not know'],
    ],
  },
  {
    number: 3,
    what: 'Bare-JID messages to devices with negative priority',
    caughtBy: [
      [kept, 'are handed over when the priority of a device rises above zero'],
      ['e2e/wire/messages.spec.ts', 'never reaches a device with negative priority by the bare address'],
    ],
  },
  {
    number: 4,
    what: 'Full-JID normal messages and headlines sent elsewhere when that device is gone',
    caughtBy: [
      ['lib/xmpp/router/routing-table.test.ts', 'messages for a local address (RFC 6121 §8.5.4)'],
      [conversation, 'does not touch full JIDs'],
    ],
  },
  {
    number: 5,
    what: 'Carbons twice, or of what must not be copied',
    caughtBy: [
      [conversation, 'show each device each message once'],
      [conversation, 'are made of %s or not'],
      ['lib/im/classify.test.ts', 'what kind of message it is'],
      [conversation, 'tells the sender of a refusal once, when every device refused'],
    ],
  },
  { number: 6, what: 'Order at joining a room', caughtBy: [], also: 'lib/muc' },
  { number: 7, what: 'Status codes and affiliations of rooms missing', caughtBy: [], also: 'lib/muc' },
  {
    number: 8,
    what: 'Stream management counted wrong',
    caughtBy: [
      [session, 'counts stanzas of every kind, refused ones too, and nothing else'],
      [session, 'ends the stream when the client acknowledges %s of 1'],
      [session, 'refuses enable before binding and a second enable'],
      ['lib/xmpp/c2s/stream-management.test.ts', 'acknowledgement goes on over the wrap'],
    ],
  },
  {
    number: 9,
    what: 'Resumption loses or repeats',
    caughtBy: [
      [session, 'resumes: drops what was acknowledged, sends the rest again in order, counts on'],
      [session, 'gives a session to its own user only'],
      [kept, 'are kept once, under their id in the archive'],
      [kept, 'is acknowledged and neither delivered nor stored twice'],
      ['e2e/wire/stream-management.spec.ts', 'can resume again and again under the same id'],
    ],
    also: 'lib/xmpp/c2s (over WebSocket and BOSH)',
  },
  {
    number: 10,
    what: 'Ids and pages of the archive',
    caughtBy: [
      [archive, 'pages forward over 250 messages without gap or overlap'],
      [archive, 'pages backward from the end, oldest first within a page, or flipped'],
      [archive, 'counts with max=0'],
      [archive, 'with %s is refused'],
      [kept, 'carry the id they have in the archive'],
      [archive, 'finds notes to oneself, and nothing else, by the own address'],
    ],
  },
  {
    number: 11,
    what: 'Forged stanza-id, occupant-id, delay or room marks taken',
    caughtBy: [
      [router, 'lose what only the server may say'],
      ['e2e/wire/messages.spec.ts', 'ignores an id that the sender claims to be ours'],
    ],
    also: 'server-to-server streams',
  },
  {
    number: 12,
    what: 'Roster pushes to the wrong devices, with a sender or an old version',
    caughtBy: [
      [roster, 'pushes each change to interested sessions only'],
      [roster, 'the version survives a restart and never goes back'],
      [roster, 'removing a mutual contact ends both directions and pushes the removal'],
    ],
  },
  {
    number: 13,
    what: 'Subscriptions: automatic answers, waiting requests after a restart, pre-approval',
    caughtBy: [
      [roster, 'a request waits outside the list, complete, through a restart'],
      [roster, 'someone who sees us already is answered at once, without any device of ours'],
      [roster, 'an approval given in advance answers the request without asking and stays'],
      [roster, 'a denied request pushes nothing to the one who denied'],
    ],
  },
  {
    number: 14,
    what: 'Presence after block and unblock, directed presence and lost connections',
    caughtBy: [
      ['lib/presence/rights.test.ts', 'blocked: seen as gone, and nothing passes either way; unblocked: both see each other again'],
      ['lib/presence/availability.test.ts', 'reaches a stranger, who is told when the session leaves or dies, and no sooner'],
      ['lib/presence/availability.test.ts', 'a hibernating session stays available and gets what changes'],
      ['e2e/wire/session-expiry.spec.ts', 'is told to those who saw it, and its messages wait in the offline store, once'],
    ],
  },
  {
    number: 15,
    what: 'SASL: other mechanisms accepted than announced, malformed exchanges, channel binding',
    caughtBy: [
      [signIn, 'refuses a wrong binding, tls-unique, a missing binding and a stripped announcement'],
      [signIn, 'accepts the right PLAIN with no or the own authzid, refuses a foreign one'],
      [signIn, 'shows an unknown account the same shape every time, and the same failure'],
      ['e2e/wire/bad-input.spec.ts', 'a mechanism that is not offered is invalid-mechanism'],
    ],
  },
  {
    number: 16,
    what: 'TLS: certificate by name, ALPN, what follows <starttls/>, change of certificate',
    caughtBy: [
      [signIn, 'closes when anything follows <starttls/> in the clear'],
      [signIn, 'chooses the certificate by server name and takes a new one without dropping sessions'],
      [signIn, 'accepts direct TLS without ALPN or with xmpp-client, refuses another protocol'],
    ],
  },
  { number: 17, what: 'Framing of WebSocket and BOSH', caughtBy: [], also: 'lib/xmpp/c2s' },
  { number: 18, what: 'Dialback, bidirectional streams, SRV records, IPv6', caughtBy: [], also: 'server-to-server streams' },
  {
    number: 19,
    what: 'XML: what must be refused, and what must not',
    caughtBy: [
      ['lib/xmpp/stream/framer.test.ts', 'splitting never changes what is read from damaged input'],
      ['lib/xmpp/stream/framer.test.ts', 'accepts a stanza of exactly the limit in octets and refuses one octet more'],
      ['e2e/wire/bad-input.spec.ts', 'ends the stream with its error'],
      [session, 'accepts 10,000 octets, prefixed stanzas and UTF-8 cut anywhere'],
    ],
  },
  {
    number: 20,
    what: 'Addresses prepared in one place and not in another',
    caughtBy: [
      ['lib/kernel/jid.test.ts', 'preparing is stable: what was prepared is prepared to itself'],
      [archive, 'remembers preferences with prepared addresses and refuses broken ones'],
      ['lib/testing/one-address.test.ts', 'is one person to messages, archive, block list and contacts'],
    ],
  },
  { number: 21, what: 'Storms of +notify and last items', caughtBy: [], also: 'lib/pubsub' },
  { number: 22, what: 'Edges of file upload', caughtBy: [], also: 'lib/files' },
  {
    number: 23,
    what: 'Offline storage, archive, client state and push together',
    caughtBy: [
      ['lib/push/push.test.ts', 'each device is woken once, and each gets the message once'],
      ['lib/push/push.test.ts', 'is not woken for %s'],
      [session, 'gives what waited to the next connection, and a resumed client is active'],
    ],
  },
  { number: 24, what: 'SIP transactions and NOTIFY races', caughtBy: [], also: 'the SIP part' },
  { number: 25, what: 'Lifetimes across the SIP gateway', caughtBy: [], also: 'the SIP part' },
];
