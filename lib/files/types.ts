/** Media types: what a client says a file is, what the file begins with, and what of it a browser may show. */
import type { FilesValues } from '../config/schema/index.ts';
import { endingOf } from './names.ts';

const MEDIA_TYPE = /^([a-z0-9][a-z0-9!#$&^_.+-]{0,126})\/([a-z0-9][a-z0-9!#$&^_.+-]{0,126})$/;

/** Lower case, without parameters; null for what is no media type (RFC 6838 §4.2). */
export function mediaType(text: string): string | null {
  const type = (text.split(';', 1)[0] ?? '').trim().toLowerCase();
  return MEDIA_TYPE.test(type) ? type : null;
}

/** How many first bytes `sniff` wants. */
export const SNIFF_BYTES = 512;

const starts = (head: Uint8Array, bytes: readonly number[], at = 0): boolean => bytes.every((byte, i) => head[at + i] === byte);
const says = (head: Uint8Array, text: string, at = 0): boolean =>
  starts(
    head,
    [...text].map((letter) => letter.charCodeAt(0)),
    at,
  );

const MACH_O = [0xfeedface, 0xfeedfacf, 0xcefaedfe, 0xcffaedfe];

/** What a file is by its first bytes; '' when they say nothing. */
export function sniff(head: Uint8Array): string {
  if (starts(head, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return 'image/png';
  if (starts(head, [0xff, 0xd8, 0xff])) return 'image/jpeg';
  if (says(head, 'GIF87a') || says(head, 'GIF89a')) return 'image/gif';
  if (says(head, 'RIFF') && says(head, 'WEBP', 8)) return 'image/webp';
  if (says(head, 'RIFF') && says(head, 'WAVE', 8)) return 'audio/wav';
  if (says(head, 'ftyp', 4)) {
    if (says(head, 'avif', 8)) return 'image/avif';
    if (says(head, 'heic', 8) || says(head, 'heix', 8) || says(head, 'mif1', 8)) return 'image/heic';
    if (says(head, 'M4A ', 8)) return 'audio/mp4';
    return 'video/mp4';
  }
  if (starts(head, [0x1a, 0x45, 0xdf, 0xa3])) return 'video/webm';
  if (says(head, 'OggS')) return 'audio/ogg';
  if (says(head, 'fLaC')) return 'audio/flac';
  if (says(head, 'ID3') || (head[0] === 0xff && ((head[1] ?? 0) & 0xe6) === 0xe2)) return 'audio/mpeg';
  if (head[0] === 0xff && ((head[1] ?? 0) & 0xf6) === 0xf0) return 'audio/aac';
  if (says(head, '%PDF-')) return 'application/pdf';
  if (starts(head, [0x50, 0x4b, 0x03, 0x04])) return 'application/zip';
  if (starts(head, [0x1f, 0x8b])) return 'application/gzip';
  // The old header of a program has zeros in it; a text that begins with these letters has none.
  if (says(head, 'MZ') && head.subarray(0, 64).includes(0)) return 'application/x-msdownload';
  if (starts(head, [0x7f, 0x45, 0x4c, 0x46])) return 'application/x-executable';
  if (head.length >= 4) {
    const magic = (((head[0] ?? 0) << 24) | ((head[1] ?? 0) << 16) | ((head[2] ?? 0) << 8) | (head[3] ?? 0)) >>> 0;
    if (MACH_O.includes(magic)) return 'application/x-mach-binary';
  }
  // A Windows shortcut: its length, then its class.
  if (starts(head, [0x4c, 0, 0, 0, 0x01, 0x14, 0x02, 0])) return 'application/x-ms-shortcut';
  const text = Buffer.from(head).toString('latin1').trimStart().toLowerCase();
  if (text.startsWith('<!doctype html') || /^<(html|head|script|iframe|body)[\s>]/.test(text)) return 'text/html';
  if (text.startsWith('<?xml') || text.startsWith('<svg')) return text.includes('<svg') ? 'image/svg+xml' : 'application/xml';
  return '';
}

/** Shown in place by a browser, and unable to run anything. */
const SHOWN: ReadonlySet<string> = new Set([
  ...['png', 'jpeg', 'gif', 'webp', 'avif'].map((name) => `image/${name}`),
  ...['wav', 'mp4', 'ogg', 'flac', 'mpeg', 'aac', 'webm', 'opus', 'x-m4a'].map((name) => `audio/${name}`),
  ...['mp4', 'webm', 'ogg'].map((name) => `video/${name}`),
]);
const kindOf = (type: string): string => type.slice(0, type.indexOf('/'));
const media = new Set(['audio', 'video']);

/** Containers are the same for sound and film; a picture must be exactly the picture it says it is. */
const agrees = (declared: string, sniffed: string): boolean =>
  declared === sniffed || (media.has(kindOf(declared)) && media.has(kindOf(sniffed)));

/** Types that another page could run or load as part of itself. */
const ACTIVE = /^(text|application)\/(x-)?(javascript|ecmascript|jscript|livescript|html|css|wasm|xml|xslt)$|^text\/xsl$|\+xml$|shockwave/;

export interface Served {
  readonly type: string;
  readonly shown: boolean;
}

/** How a file is handed out: shown only when word and content agree, everything that may act is plain bytes to save. */
export function servedAs(type: string, sniffed: string): Served {
  if (SHOWN.has(type) && sniffed !== '' && agrees(type, sniffed)) return { type, shown: true };
  if (type === '' || ACTIVE.test(type) || ACTIVE.test(sniffed)) return { type: 'application/octet-stream', shown: false };
  return { type: type.startsWith('text/') ? `${type}; charset=utf-8` : type, shown: false };
}

const covers = (rule: string, type: string): boolean => {
  const wanted = rule.trim().toLowerCase();
  return wanted === type || wanted === '*/*' || (wanted.endsWith('/*') && type.startsWith(wanted.slice(0, -1)));
};

type Rules = Pick<FilesValues, 'allowTypes' | 'denyTypes' | 'denyEndings'>;

/** A sentence why this file may not come, null when it may. `type` and `sniffed` may be empty. */
export function refusal(rules: Rules, name: string, type: string, sniffed: string): string | null {
  const ending = endingOf(name);
  if (ending !== '' && rules.denyEndings.some((one) => one.trim().replace(/^\./, '').toLowerCase() === ending))
    return `Files that end in .${ending} are not accepted here.`;
  for (const one of [type, sniffed])
    if (one !== '' && rules.denyTypes.some((rule) => covers(rule, one))) return `Files of the type ${one} are not accepted here.`;
  if (rules.allowTypes.length === 0) return null;
  const known = type === '' ? sniffed || 'application/octet-stream' : type;
  const fits = (one: string) => rules.allowTypes.some((rule) => covers(rule, one));
  if (!fits(known)) return `Files of the type ${known} are not accepted here.`;
  // A program called a picture: what it begins with counts too, once it is known.
  return sniffed !== '' && sniffed !== known && !fits(sniffed) && !agrees(known, sniffed) && !isContainer(known, sniffed)
    ? `This file is not what it says: it begins like ${sniffed}.`
    : null;
}

/** Many formats are archives or texts inside. */
const isContainer = (type: string, sniffed: string): boolean =>
  (sniffed === 'application/zip' && (kindOf(type) === 'application' || type.endsWith('+zip'))) ||
  (sniffed === 'application/xml' && type.endsWith('+xml'));
