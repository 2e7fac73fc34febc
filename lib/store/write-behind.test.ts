import { describe, expect, it } from 'vitest';
import { silentLog } from '../kernel/log.ts';
import { eventually } from '../testing/eventually.ts';
import type { DbClient } from './client.ts';
import { createWriteBehind } from './write-behind.ts';

const client = { state: 'up', report: () => false } as unknown as DbClient;

function facts(atATime?: number) {
  const written: number[][] = [];
  const behind = createWriteBehind({ client, log: silentLog, delayMs: 1 });
  const channel = behind.channel<number>(
    'test',
    async (rows) => {
      written.push([...rows]);
    },
    (_, now) => now,
    atATime,
  );
  return { written, behind, channel };
}

describe('facts that may be written later', () => {
  it('leave so many at a time, the oldest first, until none is left', async () => {
    const { written, behind, channel } = facts(2);
    for (let n = 1; n <= 5; n++) channel.put(`k${n}`, n);
    await eventually(() => written.flat().length === 5);
    expect(written).toEqual([[1, 2], [3, 4], [5]]);
    await behind.close();
  });

  it('leave all at once for who must see them, and at the end', async () => {
    const { written, behind, channel } = facts(2);
    for (let n = 1; n <= 5; n++) channel.put(`k${n}`, n);
    await channel.flush();
    expect(written).toEqual([[1, 2, 3, 4, 5]]);
    for (let n = 6; n <= 9; n++) channel.put(`k${n}`, n);
    await behind.close();
    expect(written.flat()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('are written in the state they are in when their turn comes', async () => {
    const { written, behind, channel } = facts(1);
    channel.put('a', 1);
    channel.put('b', 2);
    channel.put('b', 3);
    await eventually(() => written.length === 2);
    expect(written).toEqual([[1], [3]]);
    await behind.close();
  });
});
