import { describe, expect, it } from 'vitest';
import { answered, type ForkMemory, isRefusedByAll, planDelivery, rememberFork, unlock } from './forking.ts';

const rules = { forking: true, replyLocks: true, lockMs: 600_000 };
const lock = { resource: 'phone', at: 1000 };

describe('who gets a message to the bare JID', () => {
  it.each([
    ['everyone until one answers', 3, undefined, false, rules, 2000, 'everyone'],
    ['the one that answered', 3, lock, true, rules, 2000, 'answering'],
    ['everyone when the one that answered is gone or negative', 3, lock, false, rules, 2000, 'everyone'],
    ['everyone after silence', 3, lock, true, rules, 601_000, 'everyone'],
    ['everyone when devices that answered are not followed', 3, lock, true, { ...rules, replyLocks: false }, 2000, 'everyone'],
    ['the highest priority when forking is off', 3, lock, true, { ...rules, forking: false }, 2000, 'highest'],
    ['the only one, whatever was answered', 1, lock, false, { ...rules, forking: false }, 2000, 'everyone'],
  ] as const)('%s', (_, able, given, isAble, which, now, plan) => {
    expect(planDelivery(able, given, isAble, which, now)).toBe(plan);
  });
});

describe('locks', () => {
  it('move with the device that answers last and go with it', () => {
    const memory: ForkMemory = new Map();
    answered(memory, 'x', 'phone', 1);
    answered(memory, 'y', 'phone', 2);
    answered(memory, 'x', 'desk', 3);
    expect(memory.get('x')).toEqual({ resource: 'desk', at: 3 });
    unlock(memory, 'phone');
    expect([...memory.keys()]).toEqual(['x']);
  });
  it('are bounded', () => {
    const memory: ForkMemory = new Map();
    for (let i = 0; i < 2000; i++) answered(memory, `p${i}`, 'r', i);
    expect(memory.size).toBe(500);
    expect(memory.has('p1999')).toBe(true);
  });
});

describe('refusals of copies', () => {
  it('reach the sender once, when all devices refused', () => {
    const ledger = new Map();
    rememberFork(ledger, 'x@a/1', 'm', 2);
    expect(isRefusedByAll(ledger, 'x@a/1', 'm', 'phone')).toBe(false);
    expect(isRefusedByAll(ledger, 'x@a/1', 'm', 'phone')).toBe(false);
    expect(isRefusedByAll(ledger, 'x@a/1', 'm', 'desk')).toBe(true);
    expect(isRefusedByAll(ledger, 'x@a/1', 'other', 'desk')).toBe(true);
  });
});
