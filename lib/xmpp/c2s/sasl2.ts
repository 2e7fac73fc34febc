import type { Jid } from '../../kernel/jid.ts';
import type { SaslNegotiation } from '../sasl/negotiate.ts';
import { DOWN, failure, type SaslFailure, type SaslStep, type SaslSuccess } from '../sasl/step.ts';
import { ScramUpgrade } from '../sasl/upgrade.ts';
import type { Element } from '../stanza/element.ts';
import { NS } from '../stanza/namespaces.ts';
import { escapeText } from '../stanza/serialize.ts';
import { type Bound2, bindInline } from './bind2.ts';
import type { SessionsElsewhere } from './elsewhere.ts';
import { settleToken } from './fast.ts';
import type { NegotiatedLink, NegotiationDeps } from './negotiation.ts';
import { findResumable } from './resume.ts';
import { octetsOf, readAuthenticate, type Sasl2Request, type UserAgent } from './sasl2-request.ts';

const SCRAM_UPGRADE = 'urn:xmpp:scram-upgrade:0';

/** What the exchange needs of the stream it takes place on. */
export interface Sasl2Owner {
  readonly deps: NegotiationDeps;
  readonly link: NegotiatedLink;
  readonly tokenMechanisms: readonly string[];
  /** Made for this profile at its first use. */
  sasl(): SaslNegotiation;
  /** From here on this is who the stream belongs to; no new header follows. `agent` is what its client says of itself. */
  signedInAs(jid: Jid, mechanism: string, agent: UserAgent): void;
  /** Features after sign-in, as text. `bound` is null while no resource is. */
  featuresFor(bound: Pick<Bound2, 'isManaged'> | null): string;
  failed(isDisagreement: boolean): void;
}

const dataXml = (data: string | null): string => (data === null ? '' : `<additional-data>${data}</additional-data>`);

interface Upgrading {
  readonly step: SaslSuccess;
  readonly upgrade: ScramUpgrade;
  /** Salt is given, SaltedPassword may come. */
  asked: boolean;
}

/**
 * XEP-0388: one `<authenticate/>` with everything the client wants from the session, one `<success/>` with everything it got. Nothing that was asked for
 * inline happens unless the sign-in is complete, tasks included. Steps never overlap.
 */
export class Sasl2 {
  private request: Sasl2Request | null = null;
  private upgrading: Upgrading | null = null;

  constructor(private readonly owner: Sasl2Owner) {}

  /** An exchange is under way: nothing but its own elements may come (XEP-0388 §2.5). */
  get isBusy(): boolean {
    return this.request !== null;
  }

  async take(el: Element): Promise<void> {
    const { link } = this.owner;
    const step = await this.stepOf(el);
    if (step === WAITING) return;
    if (step === null) {
      link.close('policy-violation', 'This is not what is expected at this point of a sign-in.');
      return;
    }
    if (link.isOpen) await this.answer(step);
  }

  private stepOf(el: Element): Promise<SaslStep | null> | SaslStep | null {
    if (el.name === 'authenticate' && this.request === null) return this.begin(el);
    if (this.request === null) return null;
    if (el.name === 'abort') return this.owner.sasl().abort();
    if (this.upgrading !== null) return this.task(el, this.upgrading);
    return el.name === 'response' && el.elements().length === 0 ? this.owner.sasl().respond(octetsOf(el)) : null;
  }

  private begin(el: Element): Promise<SaslStep> | SaslStep {
    const request = readAuthenticate(el);
    if ('is' in request) return request;
    this.request = request;
    const { mechanism, initial, agent, fast } = request;
    return fast === null ? this.owner.sasl().begin(mechanism, initial) : this.owner.sasl().token(mechanism, agent.id, initial, fast.count);
  }

  private async answer(step: SaslStep): Promise<void> {
    const { link } = this.owner;
    if (step.is === 'challenge') {
      // RFC 6120 §6.4.4: an empty challenge asks for the message that was left out.
      link.write(`<challenge xmlns='${NS.sasl2}'>${step.data ?? ''}</challenge>`);
      return;
    }
    if (step.is === 'failure') return this.fail(step);
    if (this.upgrading === null && this.asksForTask(step)) return;
    await this.complete(step);
  }

  private fail(step: SaslFailure): void {
    const { deps, link } = this.owner;
    this.request = null;
    this.upgrading = null;
    deps.counters.signInFailures++;
    link.write(
      `<failure xmlns='${NS.sasl2}'><${step.condition} xmlns='${NS.sasl}'/><text xml:lang='en'>${escapeText(step.text)}</text></failure>`,
    );
    this.owner.failed(step.isDisagreement ?? false);
  }

  /** XEP-0480: what the client offers to improve, and we have use for. A token proves no password, so it may not change what is stored of one. */
  private asksForTask(step: SaslSuccess): boolean {
    const { deps } = this.owner;
    const stored = step.identity.credentials;
    if (stored === null || !step.mechanism.startsWith('SCRAM-')) return false;
    const upgrade = ScramUpgrade.of(stored, this.request?.upgrades ?? [], deps.scramIterations());
    if (upgrade === null) return false;
    this.upgrading = { step, upgrade, asked: false };
    this.continue(upgrade, step.data);
    return true;
  }

  private continue(upgrade: ScramUpgrade, data: string | null): void {
    this.owner.link.write(
      `<continue xmlns='${NS.sasl2}'>${dataXml(data)}<tasks><task>${upgrade.task ?? ''}</task></tasks>` +
        "<text xml:lang='en'>The password is to be stored in a better form.</text></continue>",
    );
  }

  private async task(el: Element, at: Upgrading): Promise<SaslStep | null> {
    const { deps, link } = this.owner;
    const { upgrade, step } = at;
    if (el.name === 'next' && !at.asked) {
      if (el.attrs.task !== upgrade.task) return failure('malformed-request', 'This task was not asked for.');
      at.asked = true;
      link.write(
        `<task-data xmlns='${NS.sasl2}'><salt xmlns='${SCRAM_UPGRADE}' iterations='${upgrade.iterations}'>${upgrade.salt}</salt></task-data>`,
      );
      return WAITING;
    }
    if (el.name !== 'task-data' || !at.asked) return null;
    const hash = el.child('hash', SCRAM_UPGRADE);
    const octets = hash === undefined ? 'bad' : octetsOf(hash);
    if (octets === 'bad' || !upgrade.take(octets)) return failure('malformed-request', 'This is not a salted password.');
    at.asked = false;
    if (upgrade.task !== null) {
      this.continue(upgrade, null);
      return WAITING;
    }
    const { identity } = step;
    if (identity.credentials !== null) {
      try {
        await deps.credentials.upgrade(identity.accountId, identity.credentials, upgrade.result());
      } catch {
        return DOWN;
      }
    }
    // The proof of the server went out with the task.
    return { ...step, data: null };
  }

  private async complete(step: SaslSuccess): Promise<void> {
    const { deps, link } = this.owner;
    const { request } = this;
    if (request === null) return;
    const { jid, mechanism } = step;
    const elsewhere = deps.elsewhere?.() ?? null;
    if (elsewhere?.isElsewhere(jid.bare)) return this.completeElsewhere(elsewhere, request, step);
    let token: string | null;
    let user: Awaited<ReturnType<typeof deps.router.users.load>>;
    let metadata = '';
    try {
      token = await settleToken(deps, request, step, link.facts.address, this.owner.tokenMechanisms);
      user = await deps.router.users.load(jid.bare);
      if (request.bind !== null && user !== null) metadata = await deps.archiveMetadata(user);
    } catch (error) {
      deps.log.warn('c2s.sign-in-failed', { jid: jid.bare, error });
      if (link.isOpen) this.fail(DOWN);
      return;
    }
    if (!link.isOpen) return;
    // Replayed, or removed or disabled meanwhile.
    if (token === null || user === null) return this.fail(failure('not-authorized'));

    const resumption = request.resume === null ? null : await findResumable(deps.table, request.resume, jid, link);
    if (!link.isOpen || resumption?.is === 'over') return;
    const success = (identifier: string, inline: string): string => successXml(step, identifier, inline, token);
    if (resumption?.is === 'ready') {
      const { session, h } = resumption;
      this.owner.signedInAs(jid, mechanism, request.agent);
      link.bound(session);
      // XEP-0386 §4.1: a session that goes on is bound already, and there is nothing left to negotiate.
      session.resume(link, h, (resumed) => success(session.jid.full, resumed));
      return;
    }
    const refused = resumption?.xml ?? '';
    if (request.bind === null) {
      this.owner.signedInAs(jid, mechanism, request.agent);
      link.write(success(jid.bare, refused));
      link.write(this.owner.featuresFor(null));
      return;
    }
    // Bound to what is no longer in memory it would be a session nobody finds, and nobody ends.
    if (deps.router.users.peek(jid.bare) !== user) return this.fail(failure('not-authorized'));
    const bound = bindInline(deps, user, { bind: request.bind, agent: request.agent }, metadata, link);
    if (!bound.ok) return this.fail(failure('temporary-auth-failure', bound.fault.text ?? 'No session can be made now.'));
    const { session, xml } = bound.value;
    this.owner.signedInAs(jid, mechanism, request.agent);
    session.facts = link.facts;
    link.write(success(session.jid.full, refused + xml));
    link.write(this.owner.featuresFor(bound.value));
    link.bound(session);
    deps.hooks.bound(session);
  }

  /** The same for somebody whom another node acts for: who it is was settled here, the session is made and resumed there. */
  private async completeElsewhere(elsewhere: SessionsElsewhere, request: Sasl2Request, step: SaslSuccess): Promise<void> {
    const { deps, link } = this.owner;
    const { jid, mechanism } = step;
    let token: string | null;
    try {
      token = await settleToken(deps, request, step, link.facts.address, this.owner.tokenMechanisms);
    } catch (error) {
      deps.log.warn('c2s.sign-in-failed', { jid: jid.bare, error });
      if (link.isOpen) this.fail(DOWN);
      return;
    }
    if (!link.isOpen) return;
    if (token === null) return this.fail(failure('not-authorized'));
    const { agent, bind, resume } = request;
    if (bind === null && resume === null) {
      this.owner.signedInAs(jid, mechanism, agent);
      link.write(successXml(step, jid.bare, '', token));
      link.write(this.owner.featuresFor(null));
      return;
    }
    const answer = await elsewhere.open(link, { me: jid, resource: null, bind, resume, agent, mechanism });
    if (answer.is === 'over' || !link.isOpen) return;
    if (answer.is === 'refused') return this.fail(failure('temporary-auth-failure', answer.fault.text ?? 'No session can be made now.'));
    this.owner.signedInAs(jid, mechanism, agent);
    if (answer.is === 'not-resumed') {
      link.write(successXml(step, jid.bare, answer.xml, token));
      link.write(this.owner.featuresFor(null));
      return;
    }
    link.write(successXml(step, answer.jid, answer.xml, token));
    // XEP-0386 §4.1: there is nothing left to negotiate for a session that goes on.
    if (answer.is === 'bound') link.write(this.owner.featuresFor(answer));
    link.bound(answer.session);
    answer.begin();
  }
}

const successXml = (step: SaslSuccess, identifier: string, inline: string, token: string): string =>
  `<success xmlns='${NS.sasl2}'>${dataXml(step.data)}<authorization-identifier>${escapeText(identifier)}</authorization-identifier>${inline}${token}</success>`;

/** The answer is written; the next word is the client's. */
const WAITING: SaslStep = { is: 'challenge', data: null };
