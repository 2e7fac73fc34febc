import { connect } from 'node:net';
import { clientFixture, DOMAIN } from '../lib/testing/client-fixture.ts';
import { resultXml } from '../lib/xmpp/stanza/build.ts';
import { Framer } from '../lib/xmpp/stream/framer.ts';
import type { Random } from './random.ts';
import { referenceVerdict } from './reference.ts';
import { roomy } from './xml-check.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const sasl = "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'";
const sm = "xmlns='urn:xmpp:sm:3'";
const header = (to: string) =>
  `<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='${to}' version='1.0'>`;

/** Every step that a client can take, right or wrong. What is in braces is made up when it is sent. */
const steps = {
  header: header(DOMAIN),
  headerOfStranger: header('elsewhere.example'),
  headerWithoutVersion: `<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='${DOMAIN}'>`,
  headerOfServer: `<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' to='${DOMAIN}' version='1.0'>`,
  plain: `<auth ${sasl} mechanism='PLAIN'>${base64('\0anna\0secret')}</auth>`,
  plainBad: `<auth ${sasl} mechanism='PLAIN'>${base64('\0anna\0wrong')}</auth>`,
  plainMalformed: `<auth ${sasl} mechanism='PLAIN'>=</auth>`,
  plainEmpty: `<auth ${sasl} mechanism='PLAIN'/>`,
  scramBegin: `<auth ${sasl} mechanism='SCRAM-SHA-1'>${base64('n,,n=anna,r=abcdefgh')}</auth>`,
  unknownMechanism: `<auth ${sasl} mechanism='OTP'/>`,
  response: `<response ${sasl}>${base64('c=biws,r=abcdefgh,p=AAAA')}</response>`,
  responseEmpty: `<response ${sasl}/>`,
  abort: `<abort ${sasl}/>`,
  starttls: "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
  compress: "<compress xmlns='http://jabber.org/protocol/compress'><method>zlib</method></compress>",
  bind: "<iq type='set' id='b{n}'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>r{n}</resource></bind></iq>",
  bindNone: "<iq type='set' id='b{n}'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>",
  bindMalformed: "<iq type='get' id='b{n}'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>",
  session: "<iq type='set' id='s{n}'><session xmlns='urn:ietf:params:xml:ns:xmpp-session'/></iq>",
  enable: `<enable ${sm} resume='true' max='1'/>`,
  enableOnly: `<enable ${sm}/>`,
  resume: `<resume ${sm} previd='{id}' h='0'/>`,
  resumeMalformed: `<resume ${sm} h='-1'/>`,
  request: `<r ${sm}/>`,
  ack: `<a ${sm} h='0'/>`,
  ackTooMuch: `<a ${sm} h='4000'/>`,
  ackMalformed: `<a ${sm} h='x'/>`,
  presence: '<presence/>',
  message: `<message to='anna@${DOMAIN}' type='chat' id='m{n}'><body>{n}</body></message>`,
  messageToNobody: "<message to='@'><body/></message>",
  iq: `<iq type='get' id='i{n}' to='${DOMAIN}'><ping xmlns='urn:xmpp:ping'/></iq>`,
  roster: "<iq type='get' id='i{n}'><query xmlns='jabber:iq:roster'/></iq>",
  iqWithoutId: "<iq type='get'><query xmlns='jabber:iq:roster'/></iq>",
  iqWithoutType: "<iq id='i{n}'/>",
  iqEmpty: "<iq type='set' id='i{n}'/>",
  forged: "<message from='boss@example.com' to='anna@example.com'><body>forged</body></message>",
  unknown: "<unknown xmlns='urn:unknown'/>",
  foreignStanza: "<message xmlns='jabber:server'><body/></message>",
  space: ' \n',
  end: '</stream:stream>',
  half: "<message to='an",
  broken: '<a></b>',
  comment: '<!-- -->',
  octets: '\u0000',
  flood: '<presence/>'.repeat(300),
  wait: '',
  cut: '',
  halfClose: '',
} as const;

export type Step = keyof typeof steps;
export const stepNames = Object.keys(steps) as Step[];

export interface StreamWorld {
  /** Plays the steps on a new connection; what went wrong, or null. */
  run(steps: readonly Step[], random: Random): Promise<string | null>;
  /** Connections that the server knows of. */
  connections(): number;
  /** What is still there though every connection has gone. */
  leftovers(): Promise<string | null>;
  stop(): Promise<void>;
}

/** A node's client side in this process, with accounts and nothing behind it that could fail. */
export async function createStreamWorld(): Promise<StreamWorld> {
  const fixture = await clientFixture({
    c2sRequireTls: false,
    c2sPlainWithoutTls: true,
    connectionsPerAddress: 0,
    connectionsBurst: 100_000,
    unauthenticatedPerAddress: 0,
    unauthenticatedTotal: 0,
    stanzasPerSecond: 0,
    bytesPerSecond: 0,
    resumeTimeout: 1,
    maxSessionsPerUser: 1_000,
    saslFailuresPerStream: 3,
  });
  await fixture.addAccount('anna', 'secret');
  const thrown: string[] = [];
  const onThrown = (problem: unknown) => void thrown.push(problem instanceof Error ? (problem.stack ?? problem.message) : String(problem));
  process.on('unhandledRejection', onThrown);
  process.on('uncaughtException', onThrown);
  fixture.onSubmit = (session, stanza) => {
    fixture.submitted.length = 0;
    if (stanza.from?.full !== session.jid.full) thrown.push(`a stanza of ${session.jid.full} came as of ${stanza.from?.full}`);
    if (session.state === 'ended') thrown.push(`a stanza of ${session.jid.full} came after its end`);
    // As the real router does: a question gets its answer, what is lasting holds the acknowledgement back for a turn.
    if (stanza.kind !== 'iq') {
      const hold = session.holdAck();
      setImmediate(() => hold.done());
    } else if (stanza.type === 'get' || stanza.type === 'set') session.send(resultXml(stanza, null), null);
  };
  let serial = 0;
  const lastIds: string[] = [];

  async function run(list: readonly Step[], random: Random): Promise<string | null> {
    const seen = watch();
    const socket = connect({ host: '127.0.0.1', port: fixture.port });
    socket.on('error', () => undefined);
    socket.on('data', seen.take);
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    await new Promise<void>((resolve) => socket.once('connect', resolve).once('error', () => resolve()));
    for (const step of list) {
      if (step === 'cut') socket.destroy();
      else if (step === 'halfClose') socket.end();
      else if (step !== 'wait') await sendSplit(filled(steps[step]), random);
      // Sometimes the server has time to answer, sometimes the next step comes on top.
      if (step === 'wait' || random.chance(0.6)) await seen.quiet();
      if (socket.destroyed) break;
    }
    await seen.quiet();
    const fault = seen.verdict() ?? (thrown.length > 0 ? `threw: ${thrown.splice(0).join('\n')}` : null);
    if (seen.resumeId !== null) lastIds.push(seen.resumeId);
    socket.destroy();
    await closed;
    return fault;

    async function sendSplit(text: string, by: Random): Promise<void> {
      if (!socket.writable) return;
      const bytes = Buffer.from(text);
      const at = by.chance(0.2) ? by.below(bytes.length + 1) : bytes.length;
      socket.write(bytes.subarray(0, at));
      if (at < bytes.length) {
        await new Promise((resolve) => setImmediate(resolve));
        socket.write(bytes.subarray(at));
      }
    }
  }
  const filled = (text: string): string =>
    text.replaceAll('{n}', () => String(++serial)).replaceAll('{id}', () => lastIds.pop() ?? 'unknown');

  return {
    run,
    connections: () => fixture.clients.counters.connections,
    async leftovers() {
      const { counters, sessions } = fixture.clients;
      // Lost sessions may be resumed for a second; then all must be gone.
      for (let tries = 0; tries < 5; tries++) {
        try {
          await fixture.until('nothing is left', () => counters.connections === 0 && sessions.size === 0);
          return null;
        } catch {
          // Slow machines get more time.
        }
      }
      const states = [...sessions.all()].map((session) => session.state).join(', ');
      return `left over: ${counters.connections} connections (${counters.unauthenticated} unauthenticated), ${sessions.size} sessions (${states})`;
    },
    async stop() {
      process.off('unhandledRejection', onThrown);
      process.off('uncaughtException', onThrown);
      await fixture.stop();
    },
  };
}

/** What a server may say to somebody who has not signed in. */
const beforeSignIn = new Set(['features', 'challenge', 'failure', 'success', 'proceed', 'error', 'failed']);
/** A turn in which nothing came, this many times over, counts as silence. */
const QUIET_TURNS = 6;
const MOST_TURNS = 400;

function watch() {
  let text = '';
  const framer = new Framer(roomy);
  let signedIn = false;
  let over = false;
  let fault: string | null = null;
  let resumeId: string | null = null;
  let came = 0;
  const take = (chunk: Buffer) => {
    came++;
    text += chunk.toString('utf8');
    framer.push(chunk);
    for (let frame = framer.next(); frame !== null; frame = framer.next()) {
      if (over) fault ??= 'the server spoke after it had ended the stream';
      if (frame.is === 'broken') fault ??= `the server wrote what is not well-formed: ${frame.text}`;
      else if (frame.is === 'close') over = true;
      else if (frame.is === 'element') {
        const { el } = frame;
        if (!signedIn && !beforeSignIn.has(el.name)) fault ??= `the server sent <${el.name}/> to a stranger`;
        if (el.name === 'enabled') resumeId = el.attrs.id ?? null;
        if (el.name === 'success') {
          signedIn = true;
          framer.restart();
        }
      }
    }
  };
  return {
    take,
    get resumeId() {
      return resumeId;
    },
    async quiet(): Promise<void> {
      let silent = 0;
      let before = came;
      for (let turn = 0; turn < MOST_TURNS && silent < QUIET_TURNS; turn++) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        silent = came === before ? silent + 1 : 0;
        before = came;
      }
    },
    verdict(): string | null {
      if (fault !== null) return fault;
      // An independent parser reads it, too: each stream by itself.
      for (const part of text.split("<?xml version='1.0'?>").slice(1)) {
        const whole = part.includes('</stream:stream>') ? part : `${part}</stream:stream>`;
        const verdict = referenceVerdict(Buffer.from(whole));
        if (verdict.is === 'malformed') return `the server wrote what is not well-formed: ${verdict.why}`;
      }
      return null;
    },
  };
}
