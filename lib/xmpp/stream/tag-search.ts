import { isSpace } from './octets.ts';

/** Outside of quotation marks; after `=`, where one may open; inside. */
type Place = 'outside' | 'value' | 'quoted';

/**
 * Looks for the end of a tag in what comes, each octet once. Also says yes to what no tag can hold, so that a malformed one is refused where it breaks
 * and not where it would have ended.
 */
export class TagSearch {
  private place: Place = 'outside';
  private quote = 0;

  /** Begins anew after the `<`. */
  begin(): void {
    this.place = 'outside';
  }

  ends(bytes: Uint8Array, from: number): boolean {
    let place = this.place;
    for (let i = from; i < bytes.length; i++) {
      const c = bytes[i] as number;
      if (c === 0x3c /* < */) return true;
      if (place === 'quoted') {
        if (c === this.quote) place = 'outside';
      } else if (c === 0x22 || c === 0x27) {
        if (place === 'outside') return true;
        this.quote = c;
        place = 'quoted';
      } else if (c === 0x3e /* > */) return true;
      else if (place === 'value') {
        if (!isSpace(c)) return true;
      } else if (c === 0x3d /* = */) place = 'value';
    }
    this.place = place;
    return false;
  }
}
