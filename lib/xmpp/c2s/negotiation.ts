import type { XmppValues } from '../../config/schema/index.ts';
import { type BareJid, type Domain, type Jid, parseJid } from '../../kernel/jid.ts';
import type { User } from '../router/users.ts';
import type { ChannelBinding } from '../sasl/channel-binding.ts';
import { tokenMechanismsFor } from '../sasl/hashed-token.ts';
import { readBase64 } from '../sasl/messages.ts';
import { mechanismsFor, type SaslDeps, SaslNegotiation } from '../sasl/negotiate.ts';
import type { SaslStep } from '../sasl/step.ts';
import { upgradeTasks } from '../sasl/upgrade.ts';
import { errorElementXml } from '../stanza/build.ts';
import type { Element } from '../stanza/element.ts';
import { NS } from '../stanza/namespaces.ts';
import { isStanza } from '../stanza/read.ts';
import { escapeAttribute, escapeText, serialize } from '../stanza/serialize.ts';
import type { StanzaFault, StreamCondition } from '../stanza/stanza.ts';
import type { StreamHeader } from '../stream/framer.ts';
import { bindSession, requestedResource } from './bind.ts';
import { type Bound2, noteClient } from './bind2.ts';
import { FAILED_UNEXPECTED, type SessionDeps } from './bound-session.ts';
import type { SessionsElsewhere } from './elsewhere.ts';
import { featuresAfterSignIn, featuresBeforeSignIn } from './features.ts';
import type { SessionLink, StreamSession } from './link.ts';
import type { Registration } from './ports.ts';
import { findResumable } from './resume.ts';
import { Sasl2, type Sasl2Owner } from './sasl2.ts';
import type { UserAgent } from './sasl2-request.ts';

export interface NegotiationDeps extends SessionDeps, SaslDeps {
  /** Null when accounts are never made in band. */
  readonly registration: Registration | null;
  /** `<c/>` of the server's own capabilities (XEP-0115 §6.3), as text; empty for none. */
  caps(): string;
  /** Stream features of rooms for signed-in clients, as text. */
  extraFeatures(): string;
  /** `<metadata/>` of someone's archive as it is now (XEP-0313 §6.1), for who binds a resource; empty when nothing is archived. */
  archiveMetadata(user: User): Promise<string>;
  /** Sessions of people whom another node acts for; null for a node that is alone. */
  readonly elsewhere?: () => SessionsElsewhere | null;
}

/** What the negotiation does with its connection. */
export interface NegotiatedLink extends SessionLink {
  readonly isOpen: boolean;
  /** The header of our side; `to` is the client's own address as it gave it. */
  writeHeader(from: Domain, to: string): void;
  /** Null without TLS. */
  binding(): ChannelBinding | null;
  readonly isSecure: boolean;
  /** TLS begins after `proceed`. */
  startTls(): void;
  /** Signed in: a new stream header follows, other limits hold. */
  signedIn(mechanism: string): void;
  /** Signed in without a new header (XEP-0388): the same stream goes on under other limits. */
  goOn(mechanism: string): void;
  /** Bare JIDs that the client's certificate speaks for (XEP-0178); left out where none is asked for. */
  certified?(): readonly BareJid[];
  /** From now on what arrives goes to the session. */
  bound(session: StreamSession): void;
  /** Reads nothing for so many milliseconds. */
  slow(ms: number): void;
  setLanguage(lang: string): void;
}

/** As many as there are mechanisms with SCRAM. */
const MAX_DISAGREEMENTS = 4;

/**
 * A stream from its header to a session: fresh → secured → authenticated → bound (RFC 6120 §4-7). It is dropped when the session exists.
 * TLS, then SASL, then binding; any other order ends the stream.
 */
export class Negotiation implements Sasl2Owner {
  tokenMechanisms: readonly string[] = [];
  private domain: Domain | null = null;
  /** In whose name the stream was opened; '' when it does not say. */
  private from = '';
  private negotiations: { readonly sasl1: SaslNegotiation | null; readonly sasl2: SaslNegotiation | null } = NONE;
  private sasl2: Sasl2 | null = null;
  private agent: UserAgent | null = null;
  private mechanisms: readonly string[] = [];
  private binding: ChannelBinding | null = null;
  private failures = 0;
  private disagreements = 0;
  private using = '';
  /** Who signed in; null before. */
  private me: Jid | null = null;

  constructor(
    readonly deps: NegotiationDeps,
    readonly link: NegotiatedLink,
    /** May TLS be started on this stream? Not where it began with TLS. */
    private mayStartTls: boolean,
  ) {}

  get isSignedIn(): boolean {
    return this.me !== null;
  }

  /** TLS is up: nothing said before counts (RFC 6120 §5.4.3.3). */
  secured(): void {
    this.mayStartTls = false;
    this.domain = null;
    this.from = '';
    this.forgetSasl();
  }

  private forgetSasl(): void {
    this.negotiations = NONE;
    this.sasl2 = null;
    this.binding = null;
    this.mechanisms = [];
    this.tokenMechanisms = [];
  }

  open(header: StreamHeader): void {
    const { link } = this;
    const read = this.readHeader(header);
    if ('condition' in read) {
      link.close(read.condition, read.text);
      return;
    }
    this.domain = read.domain;
    this.from = read.from;
    link.setLanguage(read.lang);
    link.writeHeader(read.domain, read.from);
    link.write(this.features());
  }

  private readHeader({
    el,
    contentNs,
  }: StreamHeader): { domain: Domain; from: string; lang: string } | { condition: StreamCondition; text?: string } {
    if (el.ns !== NS.streams) return { condition: 'invalid-namespace' };
    if (el.name !== 'stream') return { condition: 'bad-format' };
    // RFC 6120 §4.8.3: the content is `jabber:client`, as default or under a prefix.
    if (contentNs !== NS.client && contentNs !== '') return { condition: 'invalid-namespace' };
    if (el.attrs.to === undefined) return { condition: 'host-unknown', text: 'The stream names no domain.' };
    const to = parseJid(el.attrs.to);
    if (to === null || to.local !== '' || to.resource !== '')
      return { condition: 'improper-addressing', text: 'A stream is opened to a domain.' };
    if (!this.deps.router.isLocalDomain(to.domain)) return { condition: 'host-unknown', text: 'This server does not serve that domain.' };
    // security-and-limits X-8: whoever signed in for one domain cannot go on in another.
    if (this.me !== null && this.me.domain !== to.domain)
      return { condition: 'improper-addressing', text: 'The stream was opened to another domain before.' };
    const version = /^([0-9]{1,4})\.[0-9]{1,4}$/.exec(el.attrs.version ?? '');
    if (version === null || Number(version[1]) < 1) return { condition: 'unsupported-version', text: 'This server speaks XMPP 1.0.' };
    const from = el.attrs.from === undefined ? null : parseJid(el.attrs.from);
    if (el.attrs.from !== undefined && (from === null || (this.me !== null && from.bare !== this.me.bare)))
      return { condition: 'invalid-from' };
    const lang = el.attrs['xml:lang'] ?? '';
    return { domain: to.domain, from: from?.bare ?? '', lang: /^[A-Za-z0-9-]{1,64}$/.test(lang) ? lang : '' };
  }

  private features(): string {
    const settings = this.deps.settings.get();
    if (this.me !== null) return this.featuresFor(null);
    this.forgetSasl();
    const binding = this.link.binding();
    this.binding = binding;
    this.mechanisms = this.offered(settings, binding);
    const { isSecure } = this.link;
    if (isSecure && settings.fastTokens) this.tokenMechanisms = tokenMechanismsFor(binding);
    const starttls = !this.mayStartTls ? null : settings.c2sRequireTls ? 'required' : 'optional';
    return featuresBeforeSignIn(settings, {
      starttls,
      mechanisms: this.mechanisms,
      binding,
      isSecure,
      tokenMechanisms: this.tokenMechanisms,
      upgrades: this.mayImprove() ? upgradeTasks : [],
    });
  }

  featuresFor(bound: Pick<Bound2, 'isManaged'> | null): string {
    return featuresAfterSignIn(this.deps.settings.get(), this.deps.caps() + this.deps.extraFeatures(), bound);
  }

  /** Said to everybody while there is anybody whose password could be stored better: who it is must not show. */
  private mayImprove(): boolean {
    const wanted = this.deps.scramIterations();
    return this.deps.credentials.profiles().some((profile) => !profile.hasSha256 || profile.iterations < wanted);
  }

  private offered(settings: XmppValues, binding: ChannelBinding | null): readonly string[] {
    if (this.link.isSecure) {
      const suits = this.domain === null ? undefined : this.deps.credentials.offers?.(this.domain);
      return mechanismsFor(binding, settings.offerPlain || suits?.plain === true, this.certified().length > 0, suits?.scram ?? true);
    }
    return settings.c2sRequireTls ? [] : mechanismsFor(null, settings.c2sPlainWithoutTls);
  }

  private certified(): readonly BareJid[] {
    return (this.link.certified?.() ?? []).filter((bare) => parseJid(bare)?.domain === this.domain);
  }

  /** One element before the session exists. A promise while something is asked for: nothing else is read meanwhile. */
  take(el: Element): Promise<void> | null {
    const { link, me } = this;
    // XEP-0388 §2.5: during an exchange nothing else may come.
    if (this.sasl2?.isBusy && el.ns !== NS.sasl2) link.close('policy-violation', 'A sign-in is under way.');
    else if (el.ns === NS.tls && el.name === 'starttls') this.starttls();
    else if (el.ns === NS.streamManagement && el.name === 'enable') link.write(FAILED_UNEXPECTED);
    else if (me === null) {
      if (el.ns === NS.sasl) return this.authenticate(el);
      if (el.ns === NS.sasl2) return this.authenticate2(el);
      const register = isStanza(el, NS.client) && el.name === 'iq' ? el.child('query', NS.register) : undefined;
      if (register !== undefined && this.mayRegister()) return this.register(el, register);
      this.outOfOrder(el);
    } else if (el.ns === NS.sasl || el.ns === NS.sasl2) link.close('policy-violation', 'You are signed in already.');
    else if (el.ns === NS.streamManagement && el.name === 'resume') return this.resume(el, me);
    else {
      const bind = isStanza(el, NS.client) && el.name === 'iq' && el.attrs.type === 'set' ? el.child('bind', NS.bind) : undefined;
      if (bind !== undefined && el.attrs.id) return this.bind(el.attrs.id, bind, me);
      this.outOfOrder(el);
    }
    return null;
  }

  /** RFC 6120 §4.9.3.12 and §7.1: no stanza before sign-in, and none before a resource is bound. */
  private outOfOrder(el: Element): void {
    this.link.close(isStanza(el, NS.client) ? 'not-authorized' : 'unsupported-stanza-type');
  }

  private starttls(): void {
    if (this.mayStartTls && this.domain !== null) this.link.startTls();
    else {
      // RFC 6120 §5.4.2.2.
      this.link.write(`<failure xmlns='${NS.tls}'/>`);
      this.link.close(null);
    }
  }

  private async authenticate(el: Element): Promise<void> {
    const { link, deps } = this;
    if (el.elements().length > 0) return link.close('bad-format');
    if (this.domain === null) return link.close('not-authorized');
    const text = el.text();
    const sasl = this.negotiation(1, '');
    let step: SaslStep;
    const mechanism = el.attrs.mechanism ?? '';
    if (el.name === 'auth' && this.mechanisms.length === 0) {
      // security-and-limits T-2: nothing is accepted in the clear.
      deps.guard.after({
        at: deps.clock.now(),
        kind: 'xmpp',
        name: '',
        accountId: null,
        address: link.facts.address,
        mechanism: mechanism.slice(0, 32),
        outcome: 'no-encryption',
      });
      step = { is: 'failure', condition: 'encryption-required', text: 'Start TLS before signing in.' };
    } else if (el.name === 'auth') {
      this.using = mechanism;
      step = await sasl.begin(mechanism, text === '' ? null : octetsOf(text));
    } else if (el.name === 'response') step = await sasl.respond(octetsOf(text));
    else if (el.name === 'abort') step = sasl.abort();
    else return link.close('unsupported-stanza-type');
    if (link.isOpen) this.answer(step);
  }

  /** Each profile has its own: what is announced for one does not count for the other. */
  private negotiation(profile: 1 | 2, from: string): SaslNegotiation {
    const key = profile === 1 ? 'sasl1' : 'sasl2';
    const made =
      this.negotiations[key] ??
      new SaslNegotiation(this.deps, {
        domain: this.domain as Domain,
        address: this.link.facts.address,
        mechanisms: this.mechanisms,
        tokenMechanisms: this.tokenMechanisms,
        binding: this.binding,
        from,
        certified: this.certified(),
      });
    this.negotiations = { ...this.negotiations, [key]: made };
    return made;
  }

  sasl(): SaslNegotiation {
    return this.negotiation(2, this.from);
  }

  private authenticate2(el: Element): Promise<void> | null {
    // XEP-0388 §5: after TLS only, and only where it was offered.
    if (this.domain === null || !this.link.isSecure || this.mechanisms.length === 0) {
      this.link.close('policy-violation', 'This way of signing in is not offered here.');
      return null;
    }
    this.sasl2 ??= new Sasl2(this);
    return this.sasl2.take(el);
  }

  signedInAs(jid: Jid, mechanism: string, agent: UserAgent): void {
    this.me = jid;
    this.agent = agent;
    this.forgetSasl();
    this.mayStartTls = false;
    this.deps.counters.signIns++;
    this.link.goOn(mechanism);
  }

  private answer(step: SaslStep): void {
    const { link } = this;
    if (step.is === 'challenge') {
      link.write(step.data === null ? `<challenge xmlns='${NS.sasl}'/>` : `<challenge xmlns='${NS.sasl}'>${step.data}</challenge>`);
    } else if (step.is === 'success') {
      this.me = step.jid;
      this.forgetSasl();
      this.mayStartTls = false;
      this.deps.counters.signIns++;
      link.write(step.data === null ? `<success xmlns='${NS.sasl}'/>` : `<success xmlns='${NS.sasl}'>${step.data}</success>`);
      link.signedIn(this.using);
    } else {
      this.deps.counters.signInFailures++;
      link.write(`<failure xmlns='${NS.sasl}'><${step.condition}/><text xml:lang='en'>${escapeText(step.text)}</text></failure>`);
      this.failed(step.isDisagreement ?? false);
    }
  }

  /** security-and-limits §3.3: a few tries, then the stream ends. */
  failed(isDisagreement = false): void {
    // A client that binds in a way TLS 1.3 does not know (tls-unique) goes down our whole list to a mechanism without binding. It tried no
    // password, so only what comes after that counts.
    if (isDisagreement && ++this.disagreements <= MAX_DISAGREEMENTS) return;
    if (++this.failures >= this.deps.settings.get().saslFailuresPerStream) this.link.close('policy-violation', 'Too many failed attempts.');
  }

  private mayRegister(): boolean {
    return this.deps.settings.get().inBandRegistration && this.deps.registration !== null && this.mechanisms.length > 0;
  }

  private async register(iq: Element, query: Element): Promise<void> {
    const { registration } = this.deps;
    const id = iq.attrs.id ?? '';
    if (registration === null || this.domain === null) return;
    if (iq.attrs.type === 'get') return this.result(id, serialize(registration.fields(this.domain), NS.client));
    if (iq.attrs.type !== 'set') return;
    let fault: StanzaFault | null;
    try {
      fault = await registration.submit(this.domain, query, this.link.facts.address);
    } catch {
      fault = STORAGE_DOWN;
    }
    if (!this.link.isOpen) return;
    if (fault === null) return this.result(id, '');
    this.refuse(id, fault);
    this.failed();
  }

  private async bind(id: string, bind: Element, me: Jid): Promise<void> {
    const { deps, link } = this;
    const resource = requestedResource(bind.child('resource', NS.bind)?.text() ?? '');
    if (resource === null) return this.refuse(id, { condition: 'bad-request', text: 'This resource is not allowed.' });
    const elsewhere = deps.elsewhere?.() ?? null;
    if (elsewhere?.isElsewhere(me.bare)) return this.bindElsewhere(elsewhere, id, resource, me);
    let user: Awaited<ReturnType<typeof deps.router.users.load>>;
    try {
      user = await deps.router.users.load(me.bare);
    } catch (error) {
      deps.log.warn('c2s.bind-failed', { jid: me.bare, error });
      if (link.isOpen) this.refuse(id, STORAGE_DOWN);
      return;
    }
    if (!link.isOpen) return;
    // Removed or disabled between sign-in and binding.
    if (user === null) return link.close('not-authorized');
    const bound = bindSession(deps, user, resource, link);
    if (!bound.ok) return this.refuse(id, bound.fault);
    const session = bound.value;
    if (this.agent !== null) noteClient(session, this.agent, false);
    this.result(id, `<bind xmlns='${NS.bind}'><jid>${escapeText(session.jid.full)}</jid></bind>`);
    link.bound(session);
    deps.hooks.bound(session);
  }

  private async bindElsewhere(elsewhere: SessionsElsewhere, id: string, resource: string, me: Jid): Promise<void> {
    const { link } = this;
    const answer = await elsewhere.open(link, { me, resource, bind: null, resume: null, agent: this.agent });
    if (answer.is === 'refused') return link.isOpen ? this.refuse(id, answer.fault) : undefined;
    if (answer.is !== 'bound') return;
    this.result(id, `<bind xmlns='${NS.bind}'><jid>${escapeText(answer.jid)}</jid></bind>`);
    link.bound(answer.session);
    answer.begin();
  }

  /** XEP-0198 §5. */
  private async resume(el: Element, me: Jid): Promise<void> {
    const { link } = this;
    const elsewhere = this.deps.elsewhere?.() ?? null;
    if (elsewhere?.isElsewhere(me.bare)) {
      const answer = await elsewhere.open(link, { me, resource: null, bind: null, resume: el, agent: null });
      if (answer.is === 'not-resumed') link.write(answer.xml);
      else if (answer.is === 'refused') link.write(FAILED_UNKNOWN);
      if (answer.is !== 'resumed') return;
      link.write(answer.xml);
      link.bound(answer.session);
      answer.begin();
      return;
    }
    const found = await findResumable(this.deps.table, el, me, link);
    if (found.is === 'refused') link.write(found.xml);
    if (found.is !== 'ready') return;
    link.bound(found.session);
    found.session.resume(link, found.h);
  }

  private result(id: string, payload: string): void {
    const head = `<iq type='result' id='${escapeAttribute(id)}'`;
    this.link.write(payload === '' ? `${head}/>` : `${head}>${payload}</iq>`);
  }

  private refuse(id: string, fault: StanzaFault): void {
    this.link.write(`<iq type='error' id='${escapeAttribute(id)}'>${errorElementXml(fault)}</iq>`);
  }
}

const STORAGE_DOWN: StanzaFault = {
  condition: 'internal-server-error',
  type: 'wait',
  text: 'This is not possible at the moment. Try again later.',
};

/** The session may be there, but nobody can be asked for it now: the client binds anew. */
const FAILED_UNKNOWN = `<failed xmlns='${NS.streamManagement}'><item-not-found xmlns='${NS.stanzaErrors}'/></failed>`;

const NONE = { sasl1: null, sasl2: null };

/** RFC 6120 §6.4.2: `=` alone is an empty message. */
const octetsOf = (text: string): Buffer | 'bad' => (text === '=' || text === '' ? Buffer.alloc(0) : (readBase64(text) ?? 'bad'));
