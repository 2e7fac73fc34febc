import { describe, expect, it } from 'vitest';
import { createFilesWorld } from '../testing/files-world.ts';

const DAY = 86_400_000;

async function start(change: Parameters<typeof createFilesWorld>[0] = {}) {
  const w = await createFilesWorld(change);
  const alice = await w.signIn('alice@example.com/a');
  async function keep(name: string, inside = '') {
    await w.slot(alice, `filename='${name}' size='10'`, inside);
    const row = [...w.stores.state.files.values()].at(-1);
    if (!row) throw new Error('no slot');
    await w.stores.files.store(row.id, { type: 'image/png', sniffed: '', sha256: 'ab', at: w.clock.now(), address: '' });
    w.blobs.contents.set(row.id, Buffer.alloc(10));
    return row.id;
  }
  const names = () => [...w.stores.state.files.values()].map((row) => row.name);
  return { ...w, alice, keep, names };
}
const purpose = (name: string) => `<${name} xmlns='urn:xmpp:http:upload:purpose:0'/>`;

describe('upkeep of files', () => {
  it('deletes what is older than its purpose is kept, rows and contents', async () => {
    const w = await start({ keepMessage: 30 * 86_400, keepEphemeral: 86_400 });
    await w.keep('a');
    await w.keep('b', purpose('ephemeral'));
    await w.keep('c', purpose('permanent'));
    w.clock.advance(DAY + 1);
    expect(await w.files.upkeep.expire()).toBe(1);
    expect(w.names()).toEqual(['a', 'c']);
    w.clock.advance(30 * DAY);
    expect(await w.files.upkeep.expire()).toBe(1);
    expect(w.names()).toEqual(['c']);
    expect(w.blobs.contents.size).toBe(1);
  });

  it('lets a slot live as long as a slow upload may take', async () => {
    const w = await start();
    await w.slot(w.alice, "filename='slow' size='10'");
    w.clock.advance(DAY);
    await w.files.upkeep.expire();
    expect(w.names()).toEqual(['slow']);
    w.clock.advance(301_000);
    await w.files.upkeep.expire();
    expect(w.names()).toEqual([]);
  });

  it('deletes the files of people who were removed, once for many removals', async () => {
    const w = await start();
    await w.keep('a');
    await w.stores.accounts.remove([1]);
    w.files.upkeep.accountRemoved();
    const before = w.clock.waiting;
    w.files.upkeep.accountRemoved();
    expect(w.clock.waiting).toBe(before);
    w.clock.advance(1_000);
    await w.world.until(() => w.blobs.contents.size === 0);
    expect(w.names()).toEqual([]);
  });

  it('keeps them when the settings say so', async () => {
    const w = await start({ deleteWithAccount: false });
    await w.keep('a');
    await w.stores.accounts.remove([1]);
    expect(await w.files.upkeep.dropDeparted()).toBe(0);
    expect(w.names()).toEqual(['a']);
  });

  it('finds contents that no row knows, but leaves those that may be about to get one', async () => {
    const w = await start();
    const known = await w.keep('a');
    w.blobs.contents.set('orphan-0123456789', Buffer.alloc(1));
    const made = w.clock.now() - 1_000;
    w.blobs.each = async function* () {
      yield [
        { id: known, modifiedAt: 0 },
        { id: 'orphan-0123456789', modifiedAt: made },
      ];
    };
    expect(await w.files.upkeep.sweep()).toBe(0);
    w.clock.advance(3_600_000);
    expect(await w.files.upkeep.sweep()).toBe(1);
    expect([...w.blobs.contents.keys()]).toEqual([known]);
  });

  it('forgets the log after its time', async () => {
    const w = await start({ logRetention: 86_400 });
    await w.keep('a');
    w.clock.advance(DAY + 1);
    expect(await w.files.upkeep.expireLog()).toBe(1);
  });
});
