/** The messages shown when entering (XEP-0045 §7.2.13), and the subject after them (§7.2.15). */
import { makeJid } from '../kernel/jid.ts';
import type { Element } from '../xmpp/stanza/element.ts';
import { NS } from '../xmpp/stanza/namespaces.ts';
import { escapeAttribute, escapeText } from '../xmpp/stanza/serialize.ts';
import { MUC_NS } from './names.ts';
import { type Outgoing, outgoing } from './outgoing.ts';
import { delayXml } from './presence.ts';
import type { Remembered, Room } from './room.ts';

export interface HistoryWish {
  readonly maxChars: number;
  readonly maxStanzas: number;
  /** Milliseconds since 1970. */
  readonly since: number;
}

const count = (text: string | undefined): number | null => (text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : null);

/** What the client asks for in `<history/>`: the tightest of all it says. What cannot be read is passed over. */
export function readWish(x: Element, now: number): HistoryWish {
  const history = x.child('history', MUC_NS.muc);
  const seconds = count(history?.attrs.seconds);
  const stamp = Date.parse(history?.attrs.since ?? '');
  return {
    maxChars: count(history?.attrs.maxchars) ?? Number.POSITIVE_INFINITY,
    maxStanzas: count(history?.attrs.maxstanzas) ?? Number.POSITIVE_INFINITY,
    since: Math.max(seconds === null ? 0 : now - seconds * 1000, Number.isNaN(stamp) ? 0 : stamp),
  };
}

const HEAD = '<message '.length;
const END = '</message>'.length;

function shown(room: Room, one: Remembered): Outgoing {
  if (one.shown !== null) return one.shown;
  const { xml, uid, at, nick } = one.message;
  const ids = `<stanza-id xmlns='${NS.stanzaId}' by='${room.fromText}' id='${uid}'/>`;
  one.shown = {
    stanza: outgoing('message', 'groupchat', makeJid(room.jid.local, room.jid.domain, nick), '').stanza,
    head: "<message to='",
    tail: `' ${xml.slice(HEAD, -END)}${ids}${delayXml(room.jid.bare, at)}</message>`,
  };
  return one.shown;
}

/** The newest that fit, oldest first; never a part of one. */
export function historyFor(room: Room, toText: string, wish: HistoryWish, limit: number): Outgoing[] {
  const found: Outgoing[] = [];
  let chars = 0;
  const most = Math.min(wish.maxStanzas, limit);
  for (let i = room.history.length - 1; i >= 0 && found.length < most; i--) {
    const one = room.history[i];
    if (one === undefined || one.message.at < wish.since) break;
    const out = shown(room, one);
    chars += out.head.length + toText.length + out.tail.length;
    if (chars > wish.maxChars) break;
    found.push(out);
  }
  return found.reverse();
}

/** Sent even when there is none: it ends what a client gets at joining. */
export function subjectNow(room: Room): Outgoing {
  const subject = room.subject;
  if (subject === null || (subject.text === '' && subject.by === '')) return outgoing('message', 'groupchat', room.jid, '<subject/>');
  const from = subject.by === '' ? room.jid : makeJid(room.jid.local, room.jid.domain, subject.by);
  return outgoing('message', 'groupchat', from, `<subject>${escapeText(subject.text)}</subject>${delayXml(room.jid.bare, subject.at)}`);
}

/** A message as the archive and the history keep it: `from` first, no `to`. */
export const keptXml = (from: string, type: string, id: string, lang: string, inner: string): string =>
  `<message from='${escapeAttribute(from)}' type='${type}'${id === '' ? '' : ` id='${escapeAttribute(id)}'`}${
    lang === '' ? '' : ` xml:lang='${escapeAttribute(lang)}'`
  }>${inner}</message>`;
