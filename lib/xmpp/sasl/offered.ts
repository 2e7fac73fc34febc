import { createHash } from 'node:crypto';
import type { BindingType } from './channel-binding.ts';
import type { ScramHash } from './credentials.ts';

/**
 * What XEP-0474 §4.1 hashes: the mechanisms of the profile in use, then the channel bindings if there are any, each list in the order of its octets. The
 * separators cannot occur in XML.
 */
export function offeredHash(hash: ScramHash, mechanisms: readonly string[], bindings: readonly BindingType[]): string {
  const sorted = (names: readonly string[]) => [...names].sort().join('\x1e');
  const text = bindings.length === 0 ? sorted(mechanisms) : `${sorted(mechanisms)}\x1f${sorted(bindings)}`;
  return createHash(hash).update(text, 'latin1').digest('base64');
}
