import type { Element } from '../../xmpp/stanza/element.ts';
import { Framer } from '../../xmpp/stream/framer.ts';

/**
 * SOAP 1.1 read by the strict reader of the XMPP streams (security reference P-4, X-1): no DTD, comments, instructions or entities of its own, limits
 * while it reads. The envelope is what a stream header is there, its body what a stanza is, so an answer is read piece by piece as it comes.
 */
const SOAP = 'http://schemas.xmlsoap.org/soap/envelope/';

export type AxlAnswer =
  | { readonly is: 'answer'; readonly el: Element }
  | { readonly is: 'fault'; readonly code: number; readonly message: string }
  | { readonly is: 'malformed'; readonly why: string };

export interface AnswerReader {
  push(chunk: Buffer): void;
  end(): AxlAnswer;
}

export function createAnswerReader(maxBytes: number): AnswerReader {
  const framer = new Framer({
    maxBytes,
    maxDepth: 24,
    maxAttributes: 64,
    maxAttributeLength: 8192,
    // An element has four octets at least.
    maxElements: Math.ceil(maxBytes / 4),
    maxNamespaces: 128,
    maxNameLength: 256,
  });
  let body: Element | null = null;
  let wrong = '';
  let isOver = false;
  return {
    push(chunk) {
      if (wrong !== '' || isOver) return;
      framer.push(chunk);
      for (let frame = framer.next(); frame !== null && wrong === ''; frame = framer.next()) {
        if (frame.is === 'broken') wrong = frame.text;
        else if (frame.is === 'open') {
          if (frame.header.el.name !== 'Envelope' || frame.header.el.ns !== SOAP) wrong = 'It is no SOAP envelope.';
        } else if (frame.is === 'element') {
          if (frame.el.name === 'Body' && frame.el.ns === SOAP) body ??= frame.el;
        } else isOver = true;
      }
    },
    end() {
      framer.drop();
      if (wrong !== '') return { is: 'malformed', why: wrong };
      const el = body?.elements()[0];
      // Half an answer must never pass for a whole one: who is missing in it would count as gone.
      if (!isOver) return { is: 'malformed', why: 'It ends in the middle.' };
      if (el === undefined) return { is: 'malformed', why: 'It has no body.' };
      return el.name === 'Fault' && el.ns === SOAP ? faultOf(el) : { is: 'answer', el };
    },
  };
}

function faultOf(el: Element): AxlAnswer {
  const error = el.child('detail')?.elements()[0];
  const code = Number(error?.child('axlcode')?.text() ?? '');
  const message = error?.child('axlmessage')?.text() ?? el.child('faultstring')?.text() ?? '';
  return { is: 'fault', code: Number.isSafeInteger(code) ? code : -1, message: message.trim().slice(0, 300) };
}

/** Text of a child; what is too long for any field of a call manager is cut. */
export const textOf = (el: Element | undefined, name: string): string => (el?.child(name)?.text() ?? '').trim().slice(0, 512);
/** `true`, `t` and `1`: lists say it one way, SQL another. */
export const isTrue = (text: string): boolean => text === 'true' || text === 't' || text === '1';
/** Ids come with braces and without, in any case. */
export const uuidOf = (text: string): string => text.trim().replace(/[{}]/g, '').toLowerCase().slice(0, 64);
