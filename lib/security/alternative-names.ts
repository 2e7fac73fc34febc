/**
 * Subject alternative names in DER (RFC 5280 §4.2.1.6), written and read here because XMPP uses two name forms that common
 * libraries show as "unsupported": SRVName (RFC 4985) and xmppAddr (RFC 6120 §13.7.1.4). Identity is taken from these
 * names only, never from the common name (T-4).
 */
export interface AlternativeNames {
  /** A-labels, may begin with `*.`. */
  readonly dns: readonly string[];
  readonly ip: readonly string[];
  /** `_service.domain`. */
  readonly srv: readonly string[];
  readonly xmpp: readonly string[];
  /** rfc822Name; read, never written. */
  readonly mail?: readonly string[];
}

/** Names read from one certificate; what lies beyond is ignored (T-4). */
const maxNames = 2_000;

const srvNameOid = Buffer.from([0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x08, 0x07]);
const xmppAddrOid = Buffer.from([0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x08, 0x05]);

function tlv(tag: number, content: Buffer): Buffer {
  const { length } = content;
  if (length < 128) return Buffer.concat([Buffer.from([tag, length]), content]);
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Buffer.concat([Buffer.from([tag, 0x80 | bytes.length, ...bytes]), content]);
}
/** GeneralName `otherName [0] { type-id, [0] EXPLICIT value }`. */
const otherName = (oid: Buffer, stringTag: number, text: string): Buffer =>
  tlv(0xa0, Buffer.concat([tlv(0x06, oid), tlv(0xa0, tlv(stringTag, Buffer.from(text, 'utf8')))]));

function ipBytes(text: string): Buffer | null {
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) return Buffer.from(text.split('.').map(Number));
  if (!text.includes(':')) return null;
  const [head = '', tail] = text.split('::');
  const groups = (part: string) => (part === '' ? [] : part.split(':').map((g) => Number.parseInt(g, 16)));
  const before = groups(head);
  const after = tail === undefined ? [] : groups(tail);
  const all = [...before, ...Array<number>(Math.max(0, 8 - before.length - after.length)).fill(0), ...after];
  return Buffer.from(all.flatMap((g) => [g >> 8, g & 255]));
}

/** The value of the extension. Text that is no address is left out of `ip`. */
export function encodeAlternativeNames(names: AlternativeNames): Buffer {
  const parts = [
    ...names.dns.map((name) => tlv(0x82, Buffer.from(name, 'latin1'))),
    ...names.ip.flatMap((ip) => {
      const bytes = ipBytes(ip);
      return bytes ? [tlv(0x87, bytes)] : [];
    }),
    ...names.srv.map((name) => otherName(srvNameOid, 0x16, name)),
    ...names.xmpp.map((name) => otherName(xmppAddrOid, 0x0c, name)),
  ];
  return tlv(0x30, Buffer.concat(parts));
}

interface Item {
  readonly tag: number;
  readonly content: Buffer;
}
/** One level of items; stops at the first that does not fit. */
function* items(der: Buffer): Iterable<Item> {
  let at = 0;
  while (at + 2 <= der.length) {
    const tag = der[at] ?? 0;
    let length = der[at + 1] ?? 0;
    at += 2;
    if (length >= 0x80) {
      const count = length & 0x7f;
      if (count === 0 || count > 4 || at + count > der.length) return;
      length = der.readUIntBE(at, count);
      at += count;
    }
    if (at + length > der.length) return;
    yield { tag, content: der.subarray(at, at + length) };
    at += length;
  }
}
const inside = (item: Item | undefined): readonly Item[] => (item ? [...items(item.content)] : []);

function ipText(bytes: Buffer): string | null {
  if (bytes.length === 4) return [...bytes].join('.');
  if (bytes.length !== 16) return null;
  return Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(i * 2).toString(16)).join(':');
}

export function decodeAlternativeNames(der: Buffer): AlternativeNames {
  const names = { dns: [] as string[], ip: [] as string[], srv: [] as string[], xmpp: [] as string[] };
  const mail: string[] = [];
  const [sequence] = items(der);
  let count = 0;
  for (const { tag, content } of sequence ? items(sequence.content) : []) {
    if (++count > maxNames) break;
    if (tag === 0x81) mail.push(content.toString('latin1').toLowerCase());
    else if (tag === 0x82) names.dns.push(content.toString('latin1').toLowerCase());
    else if (tag === 0x87) {
      const ip = ipText(content);
      if (ip !== null) names.ip.push(ip);
    } else if (tag === 0xa0) {
      const [oid, wrapped] = items(content);
      const text = inside(wrapped)[0]?.content.toString('utf8').toLowerCase();
      if (text === undefined || !oid) continue;
      if (oid.content.equals(srvNameOid)) names.srv.push(text);
      else if (oid.content.equals(xmppAddrOid)) names.xmpp.push(text);
    }
  }
  return mail.length > 0 ? { ...names, mail } : names;
}

/** Does the certificate speak for this domain to an XMPP client (RFC 6120 §13.7.1.2)? `domain` as A-labels. A wildcard stands for one left-most label. */
export function namesCover(names: AlternativeNames, domain: string): boolean {
  const wanted = domain.toLowerCase();
  const parent = wanted.slice(wanted.indexOf('.') + 1);
  return (
    names.dns.includes(wanted) ||
    (wanted.includes('.') && names.dns.includes(`*.${parent}`)) ||
    names.srv.includes(`_xmpp-client.${wanted}`) ||
    names.xmpp.includes(wanted) ||
    names.ip.includes(wanted)
  );
}
