import { afterAll, beforeAll } from 'vitest';
import { type RawClient, type RawSignIn, type RawTarget, signInRaw } from '../clients/raw.ts';
import { type SlixClient, type SlixSignIn, startSlix } from '../clients/slix.ts';
import { generateUsers, type RunningServer, startServer, withoutLimits } from '../fixtures/start-server.ts';
import { startProsody } from '../peers/prosody.ts';

export interface Person {
  readonly user: string;
  readonly password: string;
  readonly jid: string;
}

export interface Harness {
  /** This project's server; throws when the specs run against another one. */
  readonly server: RunningServer;
  readonly target: RawTarget;
  readonly directTlsPort: number;
  /** Somebody no other test of this file knows. */
  person(): Person;
  raw(person: Person, options?: RawSignIn): Promise<RawClient>;
  slix(person: Person, options?: Partial<SlixSignIn>): Promise<SlixClient>;
}

/**
 * One server for the tests of a file. `E2E_AGAINST=prosody` runs them against Prosody instead: whoever writes a conversation can tell
 * there whether the driver or the server is wrong. What is ours alone fails there, of course.
 */
export function withServer(options: { people: number; settings?: Readonly<Record<string, unknown>> }): Harness {
  const domain = 'localhost';
  let server: RunningServer | null = null;
  let target: RawTarget = { host: '127.0.0.1', port: 0, domain };
  let stop: () => Promise<void> = async () => {};
  let used = 0;
  const clients: { cut?(): void; stop?(): Promise<void> }[] = [];
  beforeAll(async () => {
    if (process.env.E2E_AGAINST === 'prosody') {
      const peer = await startProsody({ domain, accounts: options.people, archive: true });
      target = { host: peer.host, port: peer.port, domain };
      stop = () => peer.stop();
      return;
    }
    server = await startServer({ domain, settings: { ...withoutLimits, ...options.settings } });
    target = { host: server.host, port: server.ports.xmpp, domain };
    stop = () => server!.stop();
    await generateUsers(server, 'u', options.people, 'p');
  });
  afterAll(async () => {
    for (const client of clients) {
      client.cut?.();
      await client.stop?.();
    }
    await stop();
  });
  return {
    get server() {
      if (!server) throw new Error('this test needs Rollcall itself');
      return server;
    },
    get target() {
      return target;
    },
    get directTlsPort() {
      return this.server.ports.xmpps;
    },
    person() {
      if (++used > options.people) throw new Error(`this file asks for ${options.people} people; it needs more`);
      return { user: `u${used}`, password: `p${used}`, jid: `u${used}@${domain}` };
    },
    async raw(person, rawOptions) {
      const client = await signInRaw(target, person.user, person.password, rawOptions);
      clients.push(client);
      return client;
    },
    async slix(person, slixOptions = {}) {
      const client = await startSlix(person.user);
      clients.push(client);
      await client.signIn({ jid: person.jid, password: person.password, host: target.host, port: target.port, ...slixOptions });
      return client;
    },
  };
}

/**
 * Proves that nothing (more) came: a ping to the own account is answered after everything the server had to say before, because stanzas to one
 * session keep their order.
 */
export async function settled(client: RawClient): Promise<void> {
  await client.query('get', "<ping xmlns='urn:xmpp:ping'/>");
}

export const bodies = (client: RawClient, from = 0): string[] =>
  client.events
    .slice(from)
    .flatMap((event) => (event.is === 'element' && event.element.name === 'message' ? event.element.children : []))
    .filter((element) => element.name === 'body')
    .map((element) => element.text);

export const chat = (to: string, id: string, body: string, extra = ''): string =>
  `<message to='${to}' type='chat' id='${id}'><body>${body}</body>${extra}</message>`;
