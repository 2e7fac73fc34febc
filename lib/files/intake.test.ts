import { expect, it } from 'vitest';
import { createFilesWorld } from '../testing/files-world.ts';
import { readTarget } from './addresses.ts';

const content = Buffer.from('hello world');
const facts = { length: String(content.length), type: undefined, encoding: undefined, address: '192.0.2.1' };

async function start() {
  const w = await createFilesWorld();
  const alice = await w.signIn('alice@example.com/a');
  const path = readTarget((await w.paths(alice, 'a.txt', content.length)).put);
  if (path === null) throw new Error('no address');
  return { ...w, path };
}
async function admitted(w: Awaited<ReturnType<typeof start>>) {
  const answer = await w.files.intake.admit(w.path, facts);
  if (!('upload' in answer)) throw new Error(answer.refused.why);
  return answer.upload;
}

it('loses no file that was acknowledged to a second upload that looked a moment too early', async () => {
  const w = await start();
  const first = await admitted(w);
  await first.take(content);
  // The second has read that the slot waits; before it goes on, the first is done.
  const { get } = w.stores.files;
  let goOn: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  w.stores.files.get = async (id) => {
    const row = await get(id);
    await gate;
    return row;
  };
  const second = w.files.intake.admit(w.path, facts);
  await w.world.rest();
  expect(await first.finish()).toBeNull();
  goOn();
  expect(await second).toMatchObject({ refused: { status: 409 } });
  expect([...w.blobs.contents.values()].map(String)).toEqual(['hello world']);
});

it('takes its room for as long as an upload runs, and no longer', async () => {
  const w = await start();
  const [row] = [...w.stores.state.files.values()];
  const upload = await admitted(w);
  expect(w.stores.state.files.get(row?.id ?? '')?.slotUntil).toBeGreaterThan(w.clock.now() + 3_600_000);
  await upload.abandon();
  expect(w.stores.state.files.get(row?.id ?? '')).toEqual(row);
  const again = await admitted(w);
  await again.take(content);
  expect(await again.finish()).toBeNull();
});

it('takes a second try after one whose row could not be written', async () => {
  const w = await start();
  const { store } = w.stores.files;
  const first = await admitted(w);
  await first.take(content);
  w.stores.files.store = () => Promise.reject(Object.assign(new Error('away'), { fault: { kind: 'down' } }));
  expect(await first.finish()).toMatchObject({ status: 503 });
  w.stores.files.store = store;
  const again = await admitted(w);
  await again.take(content);
  expect(await again.finish()).toBeNull();
  expect([...w.stores.state.files.values()][0]?.state).toBe('stored');
});

it('keeps nothing of an upload whose account went meanwhile', async () => {
  const w = await start();
  const upload = await admitted(w);
  await upload.take(content);
  await w.stores.files.remove([...w.stores.state.files.keys()]);
  expect(await upload.finish()).toMatchObject({ status: 404 });
  expect(w.blobs.contents.size).toBe(0);
});
