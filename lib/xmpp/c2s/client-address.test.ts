import { describe, expect, test } from 'vitest';
import { forwardedAddress, isNetwork, trustedProxies } from './client-address.ts';

const trusted = trustedProxies(['127.0.0.1', ' 10.0.0.0/8 ', '2001:db8:ffff::/48', 'nonsense', '10.0.0.1/99']);

describe('the address behind proxies', () => {
  test.each<[what: string, peer: string, header: string | undefined, address: string]>([
    ['nobody in front', '192.0.2.1', undefined, '192.0.2.1'],
    ['a client that makes up a header', '192.0.2.1', '203.0.113.9', '192.0.2.1'],
    ['a trusted proxy', '127.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['a trusted proxy, as an IPv4 address in IPv6', '::ffff:127.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['a client that makes up what stands before its own address', '127.0.0.1', '198.51.100.1, 203.0.113.9', '203.0.113.9'],
    ['a client that makes up a trusted proxy', '127.0.0.1', '198.51.100.1, 10.0.0.7, 203.0.113.9', '203.0.113.9'],
    ['two trusted proxies', '127.0.0.1', '198.51.100.1, 203.0.113.9, 10.1.2.3', '203.0.113.9'],
    ['nothing but trusted proxies', '127.0.0.1', '10.0.0.7,10.0.0.8', '10.0.0.7'],
    ['no address', '127.0.0.1', '203.0.113.9, unknown', '127.0.0.1'],
    ['an empty header', '127.0.0.1', '', '127.0.0.1'],
    ['a port', '127.0.0.1', '203.0.113.9:4711', '203.0.113.9'],
    ['brackets', '127.0.0.1', '[2001:db8::7]:443', '2001:db8::7'],
    ['IPv6 proxies', '2001:db8:ffff::1', '2001:db8::7', '2001:db8::7'],
    ['very many hops', '127.0.0.1', Array.from({ length: 500 }, () => '10.0.0.9').join(','), '10.0.0.9'],
  ])('%s', (_what, peer, header, address) => {
    expect(forwardedAddress(peer, header, trusted)).toBe(address);
  });

  test('no proxy is trusted unless it is named', () => {
    expect(forwardedAddress('127.0.0.1', '203.0.113.9', trustedProxies([]))).toBe('127.0.0.1');
  });

  test.each(['1.2.3.4', '10.0.0.0/8', '2001:db8::/32', '::1'])('%s is a network', (text) => expect(isNetwork(text)).toBe(true));
  test.each(['', 'proxy.example.com', '1.2.3', '10.0.0.0/33', '::1/129', '1.2.3.4/8/8'])('"%s" is none', (text) =>
    expect(isNetwork(text)).toBe(false),
  );
});
