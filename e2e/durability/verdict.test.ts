import { describe, expect, it } from 'vitest';
import type { Sent } from './traffic.ts';
import { type Holding, isClean, judge } from './verdict.ts';

const message = (id: string, change: Partial<Sent> = {}): Sent => ({
  id,
  from: 's1',
  to: 'r1',
  acknowledged: true,
  resent: 0,
  refused: false,
  ...change,
});
const holding = (user: string, change: Partial<Holding> = {}): Holding => ({ user, online: true, copies: [], archived: [], ...change });
const killedAt = [10_000, 20_000];

describe('the verdict on durability', () => {
  it('is clean when each acknowledged message came once and is archived once on both sides', () => {
    const verdict = judge(
      [message('a')],
      [holding('r1', { copies: [{ id: 'a', life: 0, at: 1 }], archived: ['a'] })],
      [holding('s1', { archived: ['a'] })],
      killedAt,
    );
    expect(isClean(verdict)).toBe(true);
    expect(verdict).toMatchObject({ sent: 1, acknowledged: 1 });
  });

  it('blames an acknowledged message that is nowhere, and says nothing of one that was never acknowledged', () => {
    const verdict = judge(
      [message('a'), message('b', { acknowledged: false })],
      [holding('r1')],
      [holding('s1', { archived: ['a'] })],
      killedAt,
    );
    expect(verdict.missing).toEqual(['a for r1']);
  });

  it('does not look for a message that was refused because nothing could be kept', () => {
    const verdict = judge([message('a', { refused: true })], [holding('r1')], [holding('s1')], killedAt);
    expect(isClean(verdict)).toBe(true);
    expect(verdict).toMatchObject({ acknowledged: 0, refused: 1 });
  });

  it('asks for delivery at sign-in to people who were offline, even when the archive has it', () => {
    const verdict = judge(
      [message('a')],
      [holding('r1', { online: false, archived: ['a'] })],
      [holding('s1', { archived: ['a'] })],
      killedAt,
    );
    expect(verdict.missing).toHaveLength(1);
  });

  it('blames a second copy in the same life, and one of a later life that nobody sent again', () => {
    const copies = [
      { id: 'a', life: 0, at: 1 },
      { id: 'a', life: 0, at: 2 },
      { id: 'b', life: 0, at: 1 },
      { id: 'b', life: 1, at: 15_000 },
    ];
    const verdict = judge(
      [message('a'), message('b')],
      [holding('r1', { copies, archived: ['a', 'b'] })],
      [holding('s1', { archived: ['a', 'b'] })],
      killedAt,
    );
    expect(verdict.doubledAtDevice).toHaveLength(2);
  });

  it('excuses a copy that came before the kill and again because its sender had to repeat it', () => {
    const copies = [
      { id: 'a', life: 0, at: 9_990 },
      { id: 'a', life: 1, at: 15_000 },
    ];
    const verdict = judge(
      [message('a', { resent: 1 })],
      [holding('r1', { copies, archived: ['a'] })],
      [holding('s1', { archived: ['a'] })],
      killedAt,
    );
    expect(isClean(verdict)).toBe(true);
    expect(verdict.repeatedByCrash).toBe(1);
  });

  it('blames an id that one archive holds twice', () => {
    const verdict = judge([message('a')], [holding('r1', { archived: ['a', 'a'] })], [holding('s1', { archived: ['a'] })], killedAt);
    expect(verdict.doubledInArchive).toEqual(['a in the archive of r1']);
  });
});
