/**
 * The two string profiles that XMPP uses (RFC 8265 over the PRECIS framework, RFC 8264). Unicode properties come from the regular expressions of
 * the engine, so the Unicode version is that of Node. Where JavaScript has no property (bidirectional class, combining class) the scripts
 * that matter are listed; what is not listed is treated as left-to-right and without a virama, which refuses rather than accepts.
 */

// RFC 8264 §9.10 IdentifierClass: letters and digits, after the exceptions of §9.6 and without what has a compatibility equivalent (§9.17).
const IDENTIFIER =
  /^[\x21-\x7e\p{Ll}\p{Lu}\p{Lo}\p{Nd}\p{Lm}\p{Mn}\p{Mc}\u{6fd}\u{6fe}\u{f0b}\u{3007}\u{b7}\u{375}\u{5f3}\u{5f4}\u{30fb}\u{200c}\u{200d}]*$/u;
const IDENTIFIER_EXCEPTIONS = /[\u{640}\u{7fa}\u{302e}\u{302f}\u{3031}-\u{3035}\u{303b}]/u;
// RFC 8264 §9.11: what no class admits: controls, private use, unassigned, surrogates, ignorables, old Hangul jamo.
const NEVER =
  /[\p{Cc}\p{Co}\p{Cn}\p{Cs}\p{Noncharacter_Code_Point}\u{1100}-\u{11ff}\u{a960}-\u{a97c}\u{d7b0}-\u{d7fb}]|(?![\u{200c}\u{200d}])\p{Default_Ignorable_Code_Point}|[\u{2028}\u{2029}]/u;
const NON_ASCII_SPACE = /(?! )\p{Zs}/gu;
const WIDE = /[\uff01-\uffee\u3000]/g;
const VIRAMA =
  '\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca\u0e3a\u0f84\u1039\u103a\u1714\u17d2\u1a60\u1b44\u1baa\ua806\ua8c4\ua953\ua9c0\uabed';
// Joining types of the Arabic block (Unicode ArabicShaping): letters that join on both sides, and those that join to the one before only.
const JOINS_BOTH =
  /[\u0620\u0626\u0628\u062a-\u062e\u0633-\u063f\u0641-\u0647\u0649\u064a\u066e\u066f\u0678-\u0687\u069a-\u06bf\u06c1\u06c2\u06cc\u06ce\u06d0\u06d1\u06fa-\u06fc\u06ff]/;
const JOINS_BACK =
  /[\u0622-\u0625\u0627\u0629\u062f-\u0632\u0648\u0671-\u0673\u0675-\u0677\u0688-\u0699\u06c0\u06c3-\u06cb\u06cd\u06cf\u06d2\u06d3\u06d5\u06ee\u06ef]/;
const RTL =
  /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Samaritan}\p{Script=Mandaic}\p{Script=Adlam}\p{Script=Hanifi_Rohingya}\p{Script=Mende_Kikakui}]/u;
const MARK = /\p{Mn}/u;
const ARABIC_DIGIT = /[\u0660-\u0669\u06dd]/;
const EUROPEAN_DIGIT = /[0-9\u06f0-\u06f9]/;
const LETTER = /\p{L}/u;
// RFC 8264 §9.17 HasCompat. The result of width mapping and NFC is tested, so only what NFKC would still change is refused.
const hasCompat = (text: string): boolean => text.normalize('NFKC') !== text;

const isContextual = (text: string): boolean => /[\u00b7\u200c-\u200d\u0375\u05f3\u05f4\u30fb\u0660-\u0669\u06f0-\u06f9]/.test(text);

/** RFC 5892 A.1 and A.2: a joiner follows a virama; the non-joiner may also part two letters that would join, as Persian writes it. */
function joinerHolds(points: readonly string[], at: number): boolean {
  const last = points[at - 1];
  if (last === undefined) return false;
  if (VIRAMA.includes(last)) return true;
  if (points[at] === '\u200d') return false;
  let before = at - 1;
  while (before > 0 && MARK.test(points[before] ?? '')) before--;
  let after = at + 1;
  while (after < points.length - 1 && MARK.test(points[after] ?? '')) after++;
  const next = points[after] ?? '';
  return JOINS_BOTH.test(points[before] ?? '') && (JOINS_BOTH.test(next) || JOINS_BACK.test(next));
}

/** The context rules of RFC 5892 appendix A for the characters that are allowed only between certain neighbours. */
function contextHolds(text: string): boolean {
  if (!isContextual(text)) return true;
  const points = [...text];
  const arabic = /[\u0660-\u0669]/.test(text);
  const extended = /[\u06f0-\u06f9]/.test(text);
  if (arabic && extended) return false;
  for (let i = 0; i < points.length; i++) {
    const before = points[i - 1] ?? '';
    const after = points[i + 1] ?? '';
    switch (points[i]) {
      case '\u200c':
      case '\u200d':
        if (!joinerHolds(points, i)) return false;
        break;
      case '\u00b7':
        if (before !== 'l' || after !== 'l') return false;
        break;
      case '\u0375':
        if (!/\p{Script=Greek}/u.test(after)) return false;
        break;
      case '\u05f3':
      case '\u05f4':
        if (!/\p{Script=Hebrew}/u.test(before)) return false;
        break;
      case '\u30fb':
        if (!/[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u.test(text.replaceAll('\u30fb', ''))) return false;
        break;
    }
  }
  return true;
}

/** The bidi rule of RFC 5893 §2, asked of text that holds at least one right-to-left letter or Arabic digit. */
function bidiHolds(text: string): boolean {
  if (!RTL.test(text) && !ARABIC_DIGIT.test(text)) return true;
  const points = [...text];
  const first = points[0] ?? '';
  // Condition 1 and 5: a label that begins left-to-right holds nothing right-to-left; a digit cannot begin it.
  if (!RTL.test(first) || ARABIC_DIGIT.test(first)) return false;
  let last = points.length - 1;
  while (last > 0 && MARK.test(points[last] ?? '')) last--;
  const end = points[last] ?? '';
  if (!RTL.test(end) && !ARABIC_DIGIT.test(end) && !EUROPEAN_DIGIT.test(end)) return false;
  if (ARABIC_DIGIT.test(text) && EUROPEAN_DIGIT.test(text)) return false;
  return !points.some((c) => LETTER.test(c) && !RTL.test(c));
}

/** UsernameCaseMapped (RFC 8265 §3.3), without the length limit. Null when the text has no such form. */
export function usernameCaseMapped(text: string): string | null {
  const mapped = text
    .replace(WIDE, (c) => c.normalize('NFKC'))
    .toLowerCase()
    .normalize('NFC');
  if (mapped === '' || !IDENTIFIER.test(mapped) || IDENTIFIER_EXCEPTIONS.test(mapped) || NEVER.test(mapped)) return null;
  if (hasCompat(mapped) || !contextHolds(mapped) || !bidiHolds(mapped)) return null;
  // The result must be stable: mapped again it stays itself (RFC 8264 §7).
  return mapped.toLowerCase().normalize('NFC') === mapped ? mapped : null;
}

/** OpaqueString (RFC 8265 §4.2): case is kept, every space becomes U+0020. Null when empty or when it holds a refused character. */
export function opaqueString(text: string): string | null {
  const mapped = text.replace(NON_ASCII_SPACE, ' ').normalize('NFC');
  return mapped === '' || NEVER.test(mapped) || !contextHoldsFreely(mapped) ? null : mapped;
}

/** In free text only the joiners are bound to their neighbours (so no emoji made of several); middle dots and digits stand as they are. */
function contextHoldsFreely(text: string): boolean {
  if (!/[\u200c\u200d]/.test(text)) return true;
  const points = [...text];
  return points.every((c, i) => (c !== '\u200c' && c !== '\u200d') || joinerHolds(points, i));
}
