/**
 * Where an HTTP request comes from. Web servers in front of this one (a proxy that ends TLS, a load balancer) would otherwise make one address of
 * everybody behind them. Only proxies that an administrator names are believed (security-and-limits B-6).
 */
import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

/** More hops than this are nobody's chain of proxies. */
const MOST_HOPS = 20;

export type TrustedProxies = (address: string) => boolean;

const plain = (address: string): string => (address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address);
const family = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

/** Is this an address, or a network as `10.0.0.0/8`? */
export function isNetwork(text: string): boolean {
  const [address = '', bits, more] = text.trim().split('/');
  const version = isIP(address);
  if (version === 0 || more !== undefined) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}

/** What is no address and no network is passed over. */
export function trustedProxies(list: readonly string[]): TrustedProxies {
  const known = list.map((text) => text.trim()).filter(isNetwork);
  if (known.length === 0) return () => false;
  const networks = new BlockList();
  for (const text of known) {
    const [address = '', bits] = text.split('/');
    const at = plain(address);
    if (bits === undefined) networks.addAddress(at, family(at));
    else networks.addSubnet(address, Number(bits), family(address));
  }
  return (address) => isIP(address) !== 0 && networks.check(address, family(address));
}

/** The same as the list changes. */
export function followProxies(list: () => readonly string[]): TrustedProxies {
  let made: { readonly of: readonly string[]; readonly trusts: TrustedProxies } | null = null;
  return (address) => {
    const now = list();
    if (made?.of !== now) made = { of: now, trusts: trustedProxies(now) };
    return made.trusts(address);
  };
}

/** One entry of `X-Forwarded-For`: an address, with a port or brackets as some proxies write it. Null when it is none. */
function hop(text: string): string | null {
  const entry = text.trim();
  const bare = /^\[([^\]]+)\](?::\d+)?$/.exec(entry)?.[1] ?? (/^[\d.]+:\d+$/.test(entry) ? entry.slice(0, entry.indexOf(':')) : entry);
  return isIP(bare) === 0 ? null : plain(bare);
}

/**
 * The rightmost address that is no trusted proxy. What stands left of it was written by whoever has that address, and says nothing; the same is true of
 * the whole header when the connection itself is from no trusted proxy.
 */
export function forwardedAddress(peer: string, header: string | undefined, isTrusted: TrustedProxies): string {
  let address = plain(peer);
  if (header === undefined) return address;
  const entries = header.split(',').slice(-MOST_HOPS);
  while (isTrusted(address)) {
    const next = entries.pop();
    const named = next === undefined ? null : hop(next);
    if (named === null) break;
    address = named;
  }
  return address;
}

const addresses = new WeakMap<IncomingMessage, string>();

/** The listener says where its requests come from, once, before anybody else sees them. */
export const setClientAddress = (request: IncomingMessage, address: string): void => void addresses.set(request, address);

export const clientAddress = (request: IncomingMessage): string => addresses.get(request) ?? plain(request.socket.remoteAddress ?? '');
