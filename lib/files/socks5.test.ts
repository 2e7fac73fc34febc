import { describe, expect, it } from 'vitest';
import { createSocksHandshake } from './socks5.ts';

const HASH = 'a'.repeat(40);
const greeting = Buffer.from([5, 1, 0]);
const request = (hash = HASH, { command = 1, kind = 3, port = 0 } = {}) =>
  Buffer.concat([Buffer.from([5, command, 0, kind, hash.length]), Buffer.from(hash), Buffer.from([port >> 8, port & 255])]);

describe('the SOCKS5 handshake', () => {
  it('takes a greeting, then the hash, however they are cut', () => {
    const all = Buffer.concat([greeting, request(), Buffer.from('data')]);
    for (const size of [1, 2, 3, 7, all.length]) {
      const next = createSocksHandshake();
      const replies: number[] = [];
      let hash: string | null = null;
      let rest = Buffer.alloc(0);
      for (let at = 0; at < all.length; at += size) {
        const piece = all.subarray(at, at + size);
        if (hash !== null) {
          rest = Buffer.concat([rest, piece]);
          continue;
        }
        const step = next(piece);
        if (step.reply) replies.push(...step.reply);
        hash = step.hash;
        rest = Buffer.from(step.rest);
      }
      expect([hash, replies, rest.toString()]).toEqual([HASH, [5, 0], 'data']);
    }
  });

  it('refuses clients that want to authenticate', () => {
    const step = createSocksHandshake()(Buffer.from([5, 2, 1, 2]));
    expect(step).toMatchObject({ isOver: true, hash: null });
    expect([...(step.reply ?? [])]).toEqual([5, 0xff]);
  });

  it.each([
    ['another command', request(HASH, { command: 2 }), 7],
    ['an address to connect to', request(HASH, { kind: 1 }), 8],
    ['a host name', request('www.example.com'), 2],
    ['a port', request(HASH, { port: 80 }), 2],
  ])('refuses %s: it connects nobody to anywhere', (_what, asked, code) => {
    const next = createSocksHandshake();
    next(greeting);
    const step = next(asked);
    expect(step.isOver).toBe(true);
    expect(step.reply?.[1]).toBe(code);
  });

  it('ends what is no SOCKS5 and what never ends', () => {
    expect(createSocksHandshake()(Buffer.from('GET / HTTP/1.1')).isOver).toBe(true);
    const next = createSocksHandshake();
    next(greeting);
    expect(next(Buffer.concat([Buffer.from([5, 1, 0, 3, 255]), Buffer.alloc(600, 97)])).isOver).toBe(true);
  });
});
