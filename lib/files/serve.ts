import { disposition } from './names.ts';
import type { FileRow } from './ports.ts';
import { servedAs } from './types.ts';

/** What an answer to GET or HEAD says, worked out without touching the content (RFC 9110 §13, §14). */
export interface Answer {
  readonly status: 200 | 206 | 304 | 416;
  readonly headers: Readonly<Record<string, string>>;
  /** First and last byte to send; null for none. */
  readonly range: readonly [start: number, end: number] | null;
  /** A whole download, or the first piece of one: what counts. */
  readonly counts: boolean;
}

export interface AskHeaders {
  readonly range?: string | undefined;
  readonly 'if-range'?: string | undefined;
  readonly 'if-none-match'?: string | undefined;
}

/** Everything that is answered below the upload path: nothing of it may run, be guessed at, or be part of another page's trust. */
export const safeHeaders: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "sandbox; default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'referrer-policy': 'no-referrer',
  'x-robots-tag': 'noindex, nofollow',
};
/** Any web client may fetch and upload: no cookie counts here, the address is the permission. */
export const corsHeaders: Readonly<Record<string, string>> = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'Accept-Ranges, Content-Disposition, Content-Length, Content-Range, ETag',
  'cross-origin-resource-policy': 'cross-origin',
};

/** One range of bytes; null: none asked, or one that is ignored; 'unsatisfiable'. */
function rangeOf(text: string | undefined, size: number): readonly [number, number] | null | 'unsatisfiable' {
  if (text === undefined) return null;
  const found = /^bytes=(\d{0,16})-(\d{0,16})$/.exec(text.replaceAll(' ', ''));
  // Several ranges may be answered with the whole (§14.2); what is no range at all is ignored.
  if (!found || (found[1] === '' && found[2] === '')) return null;
  const [, from = '', to = ''] = found;
  if (from === '') {
    const last = Number(to);
    if (last === 0) return 'unsatisfiable';
    return [Math.max(0, size - last), size - 1];
  }
  const start = Number(from);
  const end = to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (to !== '' && Number(to) < start) return null;
  return start >= size ? 'unsatisfiable' : [start, end];
}

const etagOf = (row: FileRow): string => `"${row.sha256.slice(0, 32)}"`;

export function answerFor(row: FileRow, asked: AskHeaders): Answer {
  const etag = etagOf(row);
  const base = {
    ...safeHeaders,
    ...corsHeaders,
    etag,
    // It never changes, but it may be deleted: a copy is good for a day, and only for who fetched it.
    'cache-control': 'private, max-age=86400, immutable',
  };
  const known = asked['if-none-match'];
  if (known !== undefined && (known.trim() === '*' || known.split(',').some((one) => one.trim().replace(/^W\//, '') === etag)))
    return { status: 304, headers: base, range: null, counts: false };
  const served = servedAs(row.type, row.sniffed);
  const described = {
    ...base,
    'accept-ranges': 'bytes',
    'last-modified': new Date(row.storedAt).toUTCString(),
    'content-type': served.type,
    'content-disposition': disposition(served.shown ? 'inline' : 'attachment', row.name),
  };
  // A piece is only good together with pieces of the same content (§13.1.5); a date is too coarse for us.
  const same = asked['if-range'] === undefined || asked['if-range'].trim() === etag;
  const range = same ? rangeOf(asked.range, row.size) : null;
  if (range === 'unsatisfiable')
    return {
      status: 416,
      headers: { ...base, 'content-range': `bytes */${row.size}`, 'content-length': '0' },
      range: null,
      counts: false,
    };
  if (range === null)
    return { status: 200, headers: { ...described, 'content-length': String(row.size) }, range: [0, row.size - 1], counts: true };
  const [start, end] = range;
  return {
    status: 206,
    headers: { ...described, 'content-range': `bytes ${start}-${end}/${row.size}`, 'content-length': String(end - start + 1) },
    range,
    counts: start === 0,
  };
}
