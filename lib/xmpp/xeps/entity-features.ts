/**
 * What clients can do, from the capabilities in their presence (XEP-0115, XEP-0390). A hash that nobody knows is asked for once, of one client that sent
 * it, and believed only when the answer hashes to it; then it serves everyone who sends it. The two kinds of hashes are kept apart. What is said
 * without a hash, or does not fit it, counts for that one session.
 */
import { createHash } from 'node:crypto';
import type { Clock } from '../../kernel/clock.ts';
import { defineSlot, readSlot, writeSlot } from '../../kernel/slots.ts';
import { ownText } from '../../kernel/text.ts';
import type { ClientSession } from '../c2s/session.ts';
import type { Protocol, Room } from '../router/hooks.ts';
import { Element } from '../stanza/element.ts';
import { NS } from '../stanza/namespaces.ts';
import type { PresenceStanza } from '../stanza/stanza.ts';
import type { AskClient } from './ports.ts';
import type { DiscoInfo } from './xep-0030-disco.ts';
import { CAPS, capsText } from './xep-0115-caps.ts';

export const protocol: Protocol = {
  number: 'XEP-0390',
  title: 'Entity Capabilities 2.0',
  version: '0.3.2',
  status: 'partial',
  note: 'Hashes of clients are read and verified; the server announces its own by XEP-0115.',
};

const CAPS2 = 'urn:xmpp:caps';
const HASHES = 'urn:xmpp:hashes:2';
/** Distinct sets of capabilities; a server of 75,000 people sees some hundreds. */
const KEEP = 3_000;
const MAX_FEATURES = 1_000;
/** Bytes of the features of one set: a set stays in memory for long, and real ones have some thousands. */
const MAX_BYTES = 32 * 1024;
/** A client that does not answer keeps the others waiting no longer than this. */
const PATIENCE_MS = 10_000;
const ALGORITHMS: Readonly<Record<string, string>> = {
  'sha-1': 'sha1',
  'sha-256': 'sha256',
  'sha-512': 'sha512',
  'sha3-256': 'sha3-256',
  'sha3-512': 'sha3-512',
};

export type Features = ReadonlySet<string>;
/** `was` is null when nothing was known of the session since it became available. */
export type FeaturesListener = (session: ClientSession, now: Features, was: Features | null) => void;

export interface EntityFeatures {
  readonly room: Room;
  /** Null while not known. */
  of(session: ClientSession): Features | null;
  onKnown(fn: FeaturesListener): void;
  readonly counters: { asked: number; known: number; refused: number };
}

interface Caps {
  /** Kind, algorithm and hash; empty for what cannot be verified. */
  readonly key: string;
  readonly node: string;
  readonly kind: 1 | 2 | 0;
  readonly algorithm: string;
  readonly hash: string;
}
interface Known {
  caps: Caps;
  features: Features | null;
}
interface Asked {
  readonly waiting: Set<ClientSession>;
  until: number;
}

const slot = defineSlot<Known>('entity-features');

export function readEntityCaps(stanza: PresenceStanza): Caps | null {
  const c2 = stanza.el.child('c', CAPS2);
  for (const one of c2?.elements() ?? []) {
    const algorithm = one.attrs.algo ?? '';
    if (one.name !== 'hash' || one.ns !== HASHES || algorithm === 'sha-1' || ALGORITHMS[algorithm] === undefined) continue;
    const hash = one.text().trim();
    if (hash !== '' && hash.length <= 200)
      return { key: `2 ${algorithm} ${hash}`, node: `${CAPS2}#${algorithm}.${hash}`, kind: 2, algorithm, hash };
  }
  const c = stanza.el.child('c', CAPS);
  if (c === undefined) return null;
  const { node = '', ver = '', hash = '' } = c.attrs;
  if (node === '' || ver === '' || ver.length > 200) return null;
  // Of before 2008, or by an algorithm unknown here: nothing to verify (§5.4).
  if (ALGORITHMS[hash] === undefined) return { key: '', node: `${node}#${ver}`, kind: 0, algorithm: '', hash: '' };
  return { key: `1 ${hash} ${ver}`, node: `${node}#${ver}`, kind: 1, algorithm: hash, hash: ver };
}

export function readDiscoInfo(query: Element): DiscoInfo {
  const identities: { category: string; type: string; name?: string; lang?: string }[] = [];
  const features: string[] = [];
  const forms: Element[] = [];
  for (const el of query.elements()) {
    if (el.name === 'identity' && el.ns === NS.discoInfo)
      identities.push({
        category: el.attrs.category ?? '',
        type: el.attrs.type ?? '',
        ...(el.attrs.name === undefined ? {} : { name: el.attrs.name }),
        ...(el.attrs['xml:lang'] === undefined ? {} : { lang: el.attrs['xml:lang'] }),
      });
    else if (el.name === 'feature' && el.ns === NS.discoInfo) features.push(el.attrs.var ?? '');
    else if (el.name === 'x' && el.ns === NS.dataForms) forms.push(el);
  }
  return { identities, features, forms };
}

const sortedBytes = (texts: readonly string[]): string =>
  [...texts].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))).join('');

/** The input of the hash (XEP-0390 §4.2). */
export function caps2Text(info: DiscoInfo): string {
  const features = sortedBytes(info.features.map((feature) => `${feature}\x1f`));
  const identities = sortedBytes(
    info.identities.map(({ category, type, lang = '', name = '' }) => `${category}\x1f${type}\x1f${lang}\x1f${name}\x1f\x1e`),
  );
  const forms = sortedBytes(
    info.forms.map((form) => {
      const fields = form
        .elements()
        .filter((field) => field.name === 'field')
        .map((field) => {
          const values = field.elements().filter((value) => value.name === 'value');
          return `${field.attrs.var ?? ''}\x1f${sortedBytes(values.map((value) => `${value.text()}\x1f`))}\x1e`;
        });
      return `${sortedBytes(fields)}\x1d`;
    }),
  );
  return `${features}\x1c${identities}\x1c${forms}\x1c`;
}

const bytesOf = (texts: readonly string[]): number => texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);

function fits(info: DiscoInfo, caps: Caps): boolean {
  const algorithm = ALGORITHMS[caps.algorithm];
  if (algorithm === undefined) return false;
  const text = caps.kind === 2 ? caps2Text(info) : capsText(info);
  return text !== null && createHash(algorithm).update(text).digest('base64') === caps.hash;
}

export function createEntityFeatures(deps: { readonly ask: AskClient; readonly clock: Clock }): EntityFeatures {
  const verified = new Map<string, Features>();
  const asking = new Map<string, Asked>();
  const listeners: FeaturesListener[] = [];
  const counters = { asked: 0, known: 0, refused: 0 };

  function learn(session: ClientSession, caps: Caps, features: Features): void {
    const known = readSlot(session, slot);
    // It may have announced others meanwhile, or have gone.
    if (known === undefined || known.caps.key !== caps.key || session.state === 'ended' || session.presence === null) return;
    const was = known.features;
    if (was === features) return;
    known.features = features;
    for (const fn of listeners) fn(session, features, was);
  }

  function keep(key: string, features: Features): void {
    verified.set(key, features);
    if (verified.size <= KEEP) return;
    for (const oldest of verified.keys()) {
      verified.delete(oldest);
      break;
    }
  }

  function ask(session: ClientSession, caps: Caps): void {
    counters.asked++;
    deps.ask.ask(session, new Element('query', NS.discoInfo, { node: caps.node }), (payload) => answered(session, caps, payload));
  }

  function answered(session: ClientSession, caps: Caps, payload: Element | null): void {
    const info = payload?.name === 'query' && payload.ns === NS.discoInfo ? readDiscoInfo(payload) : null;
    const isUsable = info !== null && info.features.length <= MAX_FEATURES && bytesOf(info.features) <= MAX_BYTES;
    const features = isUsable ? new Set(info.features.map(ownText)) : null;
    const waits = caps.key === '' ? undefined : asking.get(caps.key);
    if (isUsable && features !== null && caps.key !== '' && fits(info, caps)) {
      counters.known++;
      keep(caps.key, features);
      asking.delete(caps.key);
      for (const one of waits?.waiting ?? [session]) learn(one, caps, features);
      learn(session, caps, verified.get(caps.key) ?? features);
      return;
    }
    // What it says may be true of itself, though its hash is not.
    if (features !== null) {
      if (caps.key !== '') counters.refused++;
      learn(session, caps, features);
    }
    if (waits === undefined) return;
    waits.waiting.delete(session);
    for (const next of waits.waiting) {
      if (next.state === 'ended') {
        waits.waiting.delete(next);
        continue;
      }
      waits.until = deps.clock.monotonic() + PATIENCE_MS;
      ask(next, caps);
      return;
    }
    asking.delete(caps.key);
  }

  function announced(session: ClientSession, stanza: PresenceStanza): void {
    const read = readEntityCaps(stanza);
    const before = readSlot(session, slot);
    if (read === null) {
      if (before !== undefined) writeSlot(session, slot, undefined);
      return;
    }
    if (before !== undefined && before.caps.key === read.key && before.caps.node === read.node) return;
    // Kept for long, so cut from the text it came in.
    const caps = { ...read, key: ownText(read.key), node: ownText(read.node), hash: ownText(read.hash) };
    const known = caps.key === '' ? undefined : verified.get(caps.key);
    writeSlot(session, slot, { caps, features: before?.features ?? null });
    if (known !== undefined) {
      verified.delete(caps.key);
      verified.set(caps.key, known);
      learn(session, caps, known);
      return;
    }
    if (caps.key === '') return ask(session, caps);
    const now = deps.clock.monotonic();
    const asked = asking.get(caps.key);
    if (asked !== undefined) {
      asked.waiting.add(session);
      if (asked.until > now) return;
      asked.until = now + PATIENCE_MS;
    } else asking.set(caps.key, { waiting: new Set([session]), until: now + PATIENCE_MS });
    ask(session, caps);
  }

  return {
    of: (session) => readSlot(session, slot)?.features ?? null,
    onKnown: (fn) => void listeners.push(fn),
    counters,
    room: {
      name: 'entity-features',
      hooks: [
        {
          hook: 'presence.broadcast',
          stage: 'observe',
          run(session, stanza) {
            if (stanza.type === '') announced(session, stanza);
            else if (readSlot(session, slot) !== undefined) writeSlot(session, slot, undefined);
            return undefined;
          },
        },
        {
          hook: 'session.ended',
          stage: 'observe',
          run(session) {
            const known = readSlot(session, slot);
            if (known !== undefined && known.features === null) asking.get(known.caps.key)?.waiting.delete(session);
          },
        },
      ],
      protocols: [protocol],
    },
  };
}
