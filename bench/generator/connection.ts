import { connect, type Socket } from 'node:net';
import { connect as connectTls, createSecureContext, type SecureContext } from 'node:tls';
import type { SignInOptions, Target } from './job.ts';
import { startScram } from './scram.ts';

/**
 * A client connection that reads as little as it can: while signing in it looks for the end of the element it waits for, afterwards it hands
 * the text of each chunk to whoever measures. It is not an XML parser on purpose: what it saves is left to the server on the same machine.
 */
export interface Connection {
  readonly jid: string;
  /** Stanzas that came since XEP-0198 was enabled and before `onText` took over: what the first `h` must include. */
  readonly received: number;
  /** Called with each chunk after sign-in, as Latin-1 text: all markers looked for are ASCII. */
  onText: (text: string) => void;
  onClosed: () => void;
  write(text: string): void;
  /** Waits for text that satisfies the pattern; only before `onText` is set or for rare exchanges. */
  expect(pattern: RegExp, timeoutMs?: number): Promise<string>;
  close(): Promise<void>;
  destroy(): void;
}

let context: SecureContext | undefined;

function opened(socket: Socket, event: string): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once(event, resolve);
    socket.once('error', reject);
  });
}

export async function signIn(target: Target, account: number, resource: string, options: SignInOptions): Promise<Connection> {
  const user = `u${account}`;
  const password = `p${account}`;
  let socket: Socket = connect({ host: target.host, port: target.port, noDelay: true });
  let text = '';
  let waiting: { pattern: RegExp; resolve: (found: string) => void; reject: (problem: Error) => void } | null = null;
  let ended = false;
  const end = (why: string) => {
    if (ended) return;
    ended = true;
    waiting?.reject(new Error(`${user}: ${why}; last heard: ${text.slice(-300)}`));
    connection.onClosed();
  };
  let counting = false;
  let received = 0;
  /** Everything up to `end` is used up; a server may ask the client something at any time, so it may hold more than what was waited for. */
  const consume = (end: number) => {
    if (counting) received += text.slice(0, end).match(/<(?:iq|presence|message)[ >]/g)?.length ?? 0;
    text = text.slice(end);
  };
  const take = (chunk: Buffer) => {
    if (measuring) return connection.onText(chunk.toString('latin1'));
    text += chunk.toString('latin1');
    if (!waiting) return;
    const found = waiting.pattern.exec(text);
    if (!found) return;
    const { resolve } = waiting;
    waiting = null;
    consume(found.index + found[0].length);
    resolve(found[0]);
  };
  let measuring = false;
  let handler: (text: string) => void = () => {};
  const connection: Connection = {
    jid: `${user}@${target.domain}/${resource}`,
    get received() {
      return received;
    },
    get onText() {
      return handler;
    },
    set onText(next) {
      handler = next;
      measuring = true;
      if (text !== '') {
        const early = text;
        text = '';
        next(early);
      }
    },
    onClosed() {},
    write: (out) => void socket.write(out, 'latin1'),
    expect(pattern, timeoutMs = 60_000) {
      const found = pattern.exec(text);
      if (found) {
        consume(found.index + found[0].length);
        return Promise.resolve(found[0]);
      }
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting = null;
          reject(new Error(`${user}: no ${pattern} within ${timeoutMs} ms; last heard: ${text.slice(-300)}`));
        }, timeoutMs);
        waiting = {
          pattern,
          resolve: (value) => {
            clearTimeout(timer);
            resolve(value);
          },
          reject: (problem) => {
            clearTimeout(timer);
            reject(problem);
          },
        };
      });
    },
    async close() {
      if (ended) return;
      measuring = false;
      text = '';
      const closed = new Promise<void>((resolve) => {
        connection.onClosed = resolve;
      });
      socket.write('</stream:stream>');
      const timer = setTimeout(() => socket.destroy(), 2_000);
      await closed;
      clearTimeout(timer);
    },
    destroy: () => void socket.destroy(),
  };
  const listen = () => {
    socket.on('data', take);
    socket.on('error', (problem) => end(problem.message));
    socket.on('end', () => socket.end());
    socket.on('close', () => end('connection closed'));
  };
  const header = `<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='${target.domain}' version='1.0'>`;
  await opened(socket, 'connect');
  listen();
  connection.write(header);
  await connection.expect(/<\/stream:features>|<stream:error>.*/);
  if (options.tls) {
    connection.write("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
    await connection.expect(/<proceed[^>]*>/);
    socket.removeAllListeners();
    context ??= createSecureContext({ minVersion: 'TLSv1.3' });
    // The certificate is the server's own, made a moment ago on this machine.
    const secured = connectTls({ socket, secureContext: context, servername: target.domain, rejectUnauthorized: false });
    await opened(secured, 'secureConnect');
    socket = secured;
    text = '';
    listen();
    connection.write(header);
    await connection.expect(/<\/stream:features>/);
  }
  const sasl = "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'";
  if (options.mechanism === 'PLAIN') {
    connection.write(`<auth ${sasl} mechanism='PLAIN'>${Buffer.from(`\0${user}\0${password}`).toString('base64')}</auth>`);
  } else {
    const scram = startScram(user, password);
    connection.write(`<auth ${sasl} mechanism='SCRAM-SHA-1'>${scram.first}</auth>`);
    const challenge = await connection.expect(/<challenge[^>]*>[^<]*<|<failure.*/);
    connection.write(`<response ${sasl}>${await scram.answer(challenge.replace(/^[^>]*>/, '').slice(0, -1))}</response>`);
  }
  const outcome = await connection.expect(/<success[^>]*(\/>|>[^<]*<\/success>)|<failure.*/);
  if (!outcome.startsWith('<success')) throw new Error(`${user}: ${outcome}`);
  connection.write(header);
  await connection.expect(/<\/stream:features>/);
  connection.write(`<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>${resource}</resource></bind></iq>`);
  const bound = await connection.expect(/<iq[^>]*id=['"]bind['"].*?<\/iq>/);
  if (/type=['"]error/.test(bound)) throw new Error(`${user}: ${bound}`);
  if (options.streamManagement) {
    connection.write("<enable xmlns='urn:xmpp:sm:3' resume='true'/>");
    await connection.expect(/<enabled[^>]*>/);
    counting = true;
  }
  if (options.presence) {
    connection.write("<iq type='get' id='roster'><query xmlns='jabber:iq:roster'/></iq>");
    await connection.expect(/<iq[^>]*id=['"]roster['"][^>]*(\/>|>.*?<\/iq>)/s);
    connection.write('<presence/>');
    // The server reflects initial presence to the resource that sent it (RFC 6121 §4.2.2): from then on the session receives.
    await connection.expect(new RegExp(`<presence[^>]*from=['"]${user}@${target.domain.replace(/\./g, '\\.')}/${resource}['"][^>]*>`));
  }
  return connection;
}
