/** The client listener with everything behind it replaced: accounts in memory, a router that notes what it is given. */
import { randomBytes } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { XmppValues } from '../config/schema/index.ts';
import type { ClientTokenStore, CredentialProfile, TokenChange } from '../directory/ports.ts';
import { type Clock, systemClock } from '../kernel/clock.ts';
import { type BareJid, parseJid } from '../kernel/jid.ts';
import type { LiveBox } from '../kernel/live.ts';
import { silentLog } from '../kernel/log.ts';
import { createTimerWheel } from '../kernel/timer-wheel.ts';
import { makeSelfSigned } from '../security/make-certificate.ts';
import type { SignInRecord } from '../security/ports.ts';
import { type Clients, createClients, type Registration, type TlsContexts } from '../xmpp/c2s/index.ts';
import type { ClientSession } from '../xmpp/c2s/session.ts';
import { createHostTable } from '../xmpp/router/hosts.ts';
import type { Router } from '../xmpp/router/router.ts';
import type { User, Users } from '../xmpp/router/users.ts';
import { makeScramCredentials } from '../xmpp/sasl/credentials.ts';
import type { CredentialSource, StoredIdentity } from '../xmpp/sasl/ports.ts';
import type { Stanza } from '../xmpp/stanza/stanza.ts';
import { settingsBox } from './fixed-settings.ts';
import { memoryStores } from './memory/index.ts';
import { type WireClient, wireClient } from './wire-client.ts';

export const DOMAIN = 'example.com';
/** Made once: signing keys takes time. */
const certificates = new Map<string, Promise<SecureContext>>();
export function contextNamed(commonName: string): Promise<SecureContext> {
  let made = certificates.get(commonName);
  if (made === undefined) {
    made = makeSelfSigned({
      commonName,
      organization: '',
      names: { dns: [commonName], ip: [], srv: [], xmpp: [] },
      from: Date.now(),
      days: 2,
    }).then(({ certificatePem, keyPem }) => createSecureContext({ cert: certificatePem, key: keyPem, minVersion: 'TLSv1.2' }));
    certificates.set(commonName, made);
  }
  return made;
}

export interface ClientFixture {
  readonly clients: Clients;
  readonly settings: LiveBox<XmppValues>;
  readonly port: number;
  readonly directPort: number;
  readonly submitted: { session: ClientSession; stanza: Stanza }[];
  readonly told: { what: 'bound' | 'resumed' | 'hibernated' | 'ended'; session: ClientSession; unsent?: readonly Stanza[] }[];
  readonly signIns: SignInRecord[];
  /** What the certificates are by server name; '' is the default. */
  readonly contexts: Map<string, SecureContext>;
  /** Handles what the router is given; by itself it only notes. */
  onSubmit: (session: ClientSession, stanza: Stanza) => void;
  /** What the stores do: answer, or be unreachable. */
  stores: 'up' | 'down';
  /** The guard lets nobody in while this is set. */
  backedOff: boolean;
  /** The guard begins to refuse after it was asked so often. */
  lockAfterAsked: number;
  /** What is stored of accounts, by address. */
  readonly accounts: Map<BareJid, StoredIdentity>;
  /** Clients with tokens, as storage keeps them. */
  readonly tokens: ClientTokenStore;
  /** How passwords are hashed, as sign-in believes. */
  profiles: readonly CredentialProfile[];
  /** What everybody's archive says of itself. */
  metadata: string;
  /** Runs while a sign-in asks for it. */
  onMetadata: () => void;
  /** The account and whoever is in memory of it go. */
  removeAccount(local: string): void;
  addAccount(local: string, password: string, enabled?: boolean): Promise<void>;
  /** As in a cluster in which no node is home to the account. */
  takeHome(local: string): void;
  connect(options?: {
    directTls?: boolean;
    servername?: string;
    alpn?: readonly string[];
    certificate?: { key: string; cert: string };
  }): Promise<WireClient>;
  session(full: string): ClientSession | undefined;
  until(what: string, holds: () => boolean): Promise<void>;
  stop(): Promise<void>;
}

export async function clientFixture(
  change: Partial<XmppValues> = {},
  more: { clock?: Clock; registration?: Registration; tls?: TlsContexts; directory?: Pick<CredentialSource, 'verify' | 'offers'> } = {},
): Promise<ClientFixture> {
  const clock = more.clock ?? systemClock;
  const settings = settingsBox('xmpp', { connectionsPerAddress: 0, ...change });
  const accounts = new Map<BareJid, StoredIdentity>();
  const users = new Map<BareJid, User>();
  const contexts = new Map<string, SecureContext>([['', await contextNamed(DOMAIN)]]);
  const open: WireClient[] = [];

  const userDirectory: Users = {
    peek: (bare) => users.get(bare),
    async load(bare) {
      if (fixture.stores === 'down') throw new Error('the database is away');
      const identity = accounts.get(bare);
      const jid = parseJid(bare);
      if (identity === undefined || jid === null) return null;
      const user = users.get(bare) ?? { accountId: identity.accountId, jid, bare, sessions: new Map<string, ClientSession>(), slots: [] };
      users.set(bare, user);
      return user;
    },
    online: () => users.values(),
    get onlineCount() {
      return users.size;
    },
    sessionCount: 0,
    registerLoader: () => undefined,
    evict: () => undefined,
  };
  const router: Router = {
    users: userDirectory,
    add: () => undefined,
    submit(session, stanza) {
      fixture.submitted.push({ session, stanza });
      fixture.onSubmit(session, stanza);
    },
    route: () => undefined,
    bounce: () => undefined,
    isLocalDomain: (domain) => domain === DOMAIN || domain === 'other.example',
    hosts: createHostTable(),
    deliver: () => false,
    answer: () => undefined,
    failed: () => undefined,
    holdAck: (session) => session.holdAck(),
    shareHold: (session) => session?.holdAck() ?? null,
    elsewhere: null,
    ask: (_from, _to, _payload, onAnswer) => onAnswer(null),
  };
  // Tokens hang on accounts there; what is read of an account comes from here.
  const memory = memoryStores();
  const tokens = memory.clientTokens;
  const whileUp = () => {
    if (fixture.stores === 'down') throw new Error('the database is away');
  };
  const credentials: CredentialSource = {
    async lookup(bare) {
      whileUp();
      return accounts.get(bare) ?? null;
    },
    async lookupToken(bare, clientId) {
      whileUp();
      const identity = accounts.get(bare);
      const [client] = await tokens.find([{ bare, clientId }]);
      return identity === undefined ? null : { ...identity, client: client ?? null };
    },
    async changeToken(change: TokenChange) {
      whileUp();
      const [isDone] = await tokens.change([change], settings.get().fastClients);
      return isDone ?? false;
    },
    touchToken: (accountId, clientId, at, address) => tokens.touch(accountId, clientId, at, address),
    async upgrade(accountId, from, to) {
      whileUp();
      for (const [bare, identity] of accounts) {
        if (identity.accountId !== accountId || identity.credentials !== from) continue;
        accounts.set(bare, { ...identity, credentials: to });
        return true;
      }
      return false;
    },
    profiles: () => fixture.profiles,
    ...more.directory,
  };
  const clients = createClients({
    settings,
    presence: settingsBox('presence'),
    isMemoryShort: () => false,
    storeBacklog: () => 0,
    router,
    hooks: {
      bound: (session) => void fixture.told.push({ what: 'bound', session }),
      resumed: (session) => void fixture.told.push({ what: 'resumed', session }),
      hibernated: (session) => void fixture.told.push({ what: 'hibernated', session }),
      ended: (session, unsent) => void fixture.told.push({ what: 'ended', session, unsent }),
    },
    credentials,
    guard: {
      before: async () => {
        const allowed = !fixture.backedOff;
        if (--fixture.lockAfterAsked === 0) fixture.backedOff = true;
        return { allowed, delayMs: 0 };
      },
      after: (record) => void fixture.signIns.push(record),
    },
    tls: more.tls ?? { contextFor: (servername) => contexts.get(servername) ?? (contexts.get('') as SecureContext) },
    registration: more.registration ?? null,
    wheel: createTimerWheel({
      clock,
      onError: (error) => {
        throw error;
      },
      tickMs: 20,
    }),
    clock,
    log: silentLog,
    secret: randomBytes(32),
    caps: () => "<c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='urn:test' ver='x'/>",
    extraFeatures: () => '',
    archiveMetadata: async () => {
      fixture.onMetadata();
      return fixture.metadata;
    },
  });
  const starttls = clients.listener('starttls', '127.0.0.1');
  const direct = clients.listener('direct-tls', '127.0.0.1');
  const [port, directPort] = await Promise.all([starttls.listen(0), direct.listen(0)]);
  if (!port.ok || !directPort.ok) throw new Error('no port');

  const fixture: ClientFixture = {
    clients,
    settings,
    port: port.value,
    directPort: directPort.value,
    submitted: [],
    told: [],
    signIns: [],
    contexts,
    onSubmit: () => undefined,
    stores: 'up',
    backedOff: false,
    lockAfterAsked: 0,
    accounts,
    tokens,
    profiles: [],
    metadata: '',
    onMetadata: () => undefined,
    removeAccount(local) {
      const bare = `${local}@${DOMAIN}` as BareJid;
      accounts.delete(bare);
      users.delete(bare);
    },
    takeHome(local) {
      const bare = `${local}@${DOMAIN}` as BareJid;
      const was = accounts.get(bare);
      if (was !== undefined) accounts.set(bare, { ...was, isUnassigned: true });
    },
    async addAccount(local, password, enabled = true) {
      const jid = parseJid(`${local}@${DOMAIN}`);
      if (jid === null) throw new Error('no address');
      const { created } = await memory.accounts.create([
        { userId: local, local: jid.local, domain: jid.domain, name: '', mail: '', enabled, credentials: null },
      ]);
      accounts.set(jid.bare, { accountId: created[0]?.id ?? 0, enabled, credentials: await makeScramCredentials(password) });
    },
    async connect(options = {}) {
      const client = await wireClient({ port: options.directTls ? directPort.value : port.value, domain: DOMAIN, ...options });
      open.push(client);
      return client;
    },
    session: (full) => [...clients.sessions.all()].find((session) => session.jid.full === full),
    async until(what, holds) {
      const end = Date.now() + 8_000;
      while (!holds()) {
        if (Date.now() > end) throw new Error(`waited in vain until ${what}`);
        await new Promise((done) => setTimeout(done, 5));
      }
    },
    async stop() {
      for (const client of open) client.cut();
      await Promise.all([starttls.stopAccepting(), direct.stopAccepting()]);
      await clients.closeAll('system-shutdown');
    },
  };
  return fixture;
}
