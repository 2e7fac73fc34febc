import { readBase64 } from '../sasl/messages.ts';
import { failure, type SaslFailure } from '../sasl/step.ts';
import type { Element } from '../stanza/element.ts';
import { NS } from '../stanza/namespaces.ts';

export const BIND2 = 'urn:xmpp:bind:0';
export const FAST = 'urn:xmpp:fast:0';
export const UPGRADE = 'urn:xmpp:sasl:upgrade:0';

export interface UserAgent {
  /** UUID of the installation, lower case; '' when it gave none. */
  readonly id: string;
  readonly software: string;
  readonly device: string;
}

/** `<authenticate/>` (XEP-0388 §2.4) with what is asked for inline. */
export interface Sasl2Request {
  readonly mechanism: string;
  /** Null when it was left out. */
  readonly initial: Buffer | 'bad' | null;
  readonly agent: UserAgent;
  readonly bind: Element | null;
  readonly resume: Element | null;
  /** Sign in by token. `count` is -1 when the client counts nothing. */
  readonly fast: { readonly count: number; readonly invalidate: boolean } | null;
  /** Mechanism of a token that is asked for; '' for none. */
  readonly tokenFor: string;
  readonly upgrades: readonly string[];
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const TEXT_LENGTH = 100;
const MAX_UPGRADES = 8;
const isTrue = (text: string | undefined): boolean => text === 'true' || text === '1';

/** What a client says of itself is shown to administrators and to its own person: one short line. */
export const oneLine = (text: string): string =>
  text
    .replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
    .slice(0, TEXT_LENGTH);

/** Octets of an element of SASL2, where `=` means nothing: an empty element is an empty message. */
export const octetsOf = (el: Element): Buffer | 'bad' => readBase64(el.text()) ?? 'bad';

const malformed = (text: string): SaslFailure => failure('malformed-request', text);

export function readAuthenticate(el: Element): Sasl2Request | SaslFailure {
  const only = (name: string, ns: string): Element | 'many' | null => {
    const found = el.elements().filter((child) => child.name === name && child.ns === ns);
    return found.length > 1 ? 'many' : (found[0] ?? null);
  };
  const initial = only('initial-response', NS.sasl2);
  const agent = only('user-agent', NS.sasl2);
  const bind = only('bind', BIND2);
  const resume = only('resume', NS.streamManagement);
  const fast = only('fast', FAST);
  const wanted = only('request-token', FAST);
  if (initial === 'many' || agent === 'many' || bind === 'many' || resume === 'many' || fast === 'many' || wanted === 'many')
    return malformed('An element that may be there once is there several times.');
  const id = agent?.attrs.id ?? '';
  if (id !== '' && !UUID.test(id)) return malformed('The id of a user agent is a UUID.');
  const count = fast?.attrs.count;
  if (count !== undefined && !/^[0-9]{1,15}$/.test(count)) return malformed('The count of a token is a number.');
  if (fast !== null && id === '') return malformed('A token is used with the id of the user agent it was given to.');
  const upgrades = el.elements().filter((child) => child.name === 'upgrade' && child.ns === UPGRADE);
  return {
    mechanism: el.attrs.mechanism ?? '',
    initial: initial === null ? null : octetsOf(initial),
    agent: {
      id: id.toLowerCase(),
      software: oneLine(agent?.child('software', NS.sasl2)?.text() ?? ''),
      device: oneLine(agent?.child('device', NS.sasl2)?.text() ?? ''),
    },
    bind,
    resume,
    fast: fast === null ? null : { count: count === undefined ? -1 : Number(count), invalidate: isTrue(fast.attrs.invalidate) },
    // XEP-0484 §3.2: a token belongs to an installation; without its id there is none to give.
    tokenFor: id === '' ? '' : (wanted?.attrs.mechanism ?? ''),
    upgrades: upgrades.slice(0, MAX_UPGRADES).map((child) => child.text().trim()),
  };
}
