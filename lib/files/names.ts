/** File names as people gave them: shown, sent in headers and put into addresses, never used as a path (W-18). */

/** Longest name kept, in octets of UTF-8: what common file systems take. */
const MAX_BYTES = 200;
/** Control characters and those that turn the direction of writing, by which `exe.jpg` is made of `gpj.exe`. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** A name that is safe to show and to save under; never empty. */
export function cleanName(given: string): string {
  const plain = given
    .normalize('NFC')
    .replaceAll(HIDDEN, '')
    .replaceAll(/[/\\:*?"<>|]/g, '_')
    .replaceAll(/\s+/gu, ' ')
    .trim()
    // Windows drops dots at the end, Unix hides names that begin with one.
    .replace(/^\.+/, '')
    .replace(/[. ]+$/, '');
  return plain === '' ? 'file' : shortened(plain);
}

/** Cut in the middle, so that the ending stays. */
function shortened(name: string): string {
  if (Buffer.byteLength(name) <= MAX_BYTES) return name;
  const ending = /\.[\p{L}\p{N}]{1,12}$/u.exec(name)?.[0] ?? '';
  const room = MAX_BYTES - Buffer.byteLength(ending);
  let kept = '';
  let bytes = 0;
  for (const letter of name.slice(0, name.length - ending.length)) {
    bytes += Buffer.byteLength(letter);
    if (bytes > room) break;
    kept += letter;
  }
  return kept.trimEnd() + ending;
}

/** RFC 3986 §2.3: everything but unreserved characters is encoded. */
export const encodedName = (name: string): string =>
  encodeURIComponent(name).replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

/** `Content-Disposition` (RFC 6266): an ASCII stand-in for old readers, and the name itself. */
export function disposition(kind: 'inline' | 'attachment', name: string): string {
  const ascii = name.replaceAll(/[^\x20-\x7e]|["\\%]/g, '_');
  return `${kind}; filename="${ascii}"; filename*=UTF-8''${encodedName(name)}`;
}

/** Lower-case ending without its dot, '' when there is none. */
export const endingOf = (name: string): string => /\.([^.]{1,20})$/.exec(name)?.[1]?.toLowerCase() ?? '';
