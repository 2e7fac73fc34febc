import { describe, expect, it } from 'vitest';
import type { IqType, MessageType } from '../stanza/stanza.ts';
import { type Address, iqRoute, type MessageRoute, messageRoute, type Situation } from './routing-table.ts';

const types: readonly MessageType[] = ['normal', 'chat', 'groupchat', 'headline', 'error'];

/** RFC 6121 §8.5.4, one row per situation; columns in the order of `types`. */
const rows: readonly [Situation, Address, boolean, readonly MessageRoute[]][] = [
  ['no-account', 'bare', false, ['error', 'error', 'error', 'silent', 'silent']],
  ['no-account', 'full', false, ['error', 'error', 'error', 'silent', 'silent']],
  ['none-available', 'bare', false, ['offline', 'offline', 'error', 'silent', 'silent']],
  ['none-available', 'full', false, ['error', 'offline', 'error', 'silent', 'silent']],
  ['none-available', 'full', true, ['exact', 'exact', 'exact', 'exact', 'exact']],
  ['only-negative', 'bare', false, ['offline', 'offline', 'error', 'silent', 'silent']],
  ['only-negative', 'full', true, ['exact', 'exact', 'exact', 'exact', 'exact']],
  ['only-negative', 'full', false, ['error', 'offline', 'error', 'silent', 'silent']],
  ['non-negative', 'bare', false, ['chosen', 'chosen', 'error', 'all', 'silent']],
  ['non-negative', 'full', true, ['exact', 'exact', 'exact', 'exact', 'exact']],
  ['non-negative', 'full', false, ['error', 'chosen', 'error', 'silent', 'silent']],
];

describe('messages for a local address (RFC 6121 §8.5.4)', () => {
  for (const [situation, address, match, expected] of rows)
    for (const [index, type] of types.entries())
      it(`${type} to a ${address} JID, ${situation}${address === 'full' ? (match ? ', resource connected' : ', no such resource') : ''}: ${expected[index]}`, () => {
        expect(messageRoute(type, address, situation, match)).toBe(expected[index]);
      });
});

describe('IQs for a local account (RFC 6121 §8.5.1, §8.5.3)', () => {
  const asks: readonly IqType[] = ['get', 'set'];
  const answers: readonly IqType[] = ['result', 'error'];
  it.each(asks)('a %s to a bare JID is answered by the server, never forwarded', (type) => {
    for (const match of [true, false]) for (const reach of [true, false]) expect(iqRoute(type, 'bare', match, reach)).toBe('handle');
  });
  it.each(asks)('a %s to a full JID reaches it only from someone who may know that it is online', (type) => {
    expect(iqRoute(type, 'full', true, true)).toBe('exact');
    expect(iqRoute(type, 'full', true, false)).toBe('error');
    expect(iqRoute(type, 'full', false, true)).toBe('error');
    expect(iqRoute(type, 'full', false, false)).toBe('error');
  });
  it.each(answers)('a %s is delivered to the resource that asked or dropped', (type) => {
    expect(iqRoute(type, 'bare', true, true)).toBe('silent');
    expect(iqRoute(type, 'full', true, false)).toBe('exact');
    expect(iqRoute(type, 'full', false, false)).toBe('silent');
  });
});
