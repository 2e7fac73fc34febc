/** Characters beyond what the octet tables decide: names that are not ASCII, references, line ends. */

const START =
  'A-Z_a-z\\u{c0}-\\u{d6}\\u{d8}-\\u{f6}\\u{f8}-\\u{2ff}\\u{370}-\\u{37d}\\u{37f}-\\u{1fff}\\u{200c}-\\u{200d}\\u{2070}-\\u{218f}\\u{2c00}-\\u{2fef}\\u{3001}-\\u{d7ff}\\u{f900}-\\u{fdcf}\\u{fdf0}-\\u{fffd}\\u{10000}-\\u{effff}';
/** A name without colon (Namespaces in XML §3, NCName), for names that are not plain ASCII. */
export const NCNAME = new RegExp(`^[${START}][${START}\\-.0-9\\u{b7}\\u{300}-\\u{36f}\\u{203f}-\\u{2040}]*$`, 'u');

/** What XML forbids even in text (XML 1.0 §2.2 Char); surrogates cannot come out of checked UTF-8. */
export const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;
export const NONCHARACTER = /[\ufffe\uffff]/;

/** The longest reference that can be right is `&#1114111;`; zeros in front of a number are accepted up to this length. */
export const MAX_REFERENCE = 16;

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function reference(name: string): string | null {
  if (name.charCodeAt(0) !== 0x23 /* # */) return Object.hasOwn(NAMED, name) ? (NAMED[name] ?? null) : null;
  const digits = /^#x([0-9a-fA-F]+)$/.exec(name);
  const decimal = digits ? null : /^#([0-9]+)$/.exec(name);
  const code = digits ? Number.parseInt(digits[1] ?? '', 16) : decimal ? Number.parseInt(decimal[1] ?? '', 10) : -1;
  const isChar =
    code === 9 ||
    code === 10 ||
    code === 13 ||
    (code >= 0x20 && code <= 0xd7ff) ||
    (code >= 0xe000 && code <= 0xfffd) ||
    (code >= 0x10000 && code <= 0x10ffff);
  return isChar ? String.fromCodePoint(code) : null;
}

/**
 * Text with its references resolved and its line ends normalised (XML 1.0 §2.11); in attribute values white space becomes a space (§3.3.3).
 * Null when a reference is not one of the five entities and no number of a character.
 */
export function resolve(raw: string, inAttribute: boolean): string | null {
  const text = raw.includes('\r') ? raw.replace(/\r\n?/g, '\n') : raw;
  const spaced = inAttribute ? text.replace(/[\t\n]/g, ' ') : text;
  let amp = spaced.indexOf('&');
  if (amp < 0) return spaced;
  let out = '';
  let from = 0;
  while (amp >= 0) {
    const end = spaced.indexOf(';', amp);
    if (end < 0 || end - amp > MAX_REFERENCE) return null;
    const char = reference(spaced.slice(amp + 1, end));
    if (char === null) return null;
    out += spaced.slice(from, amp) + char;
    from = end + 1;
    amp = spaced.indexOf('&', from);
  }
  return out + spaced.slice(from);
}
