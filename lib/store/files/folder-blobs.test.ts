import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { describeBlobsContract } from '../../testing/contracts/blobs.contract.ts';
import { createFolderBlobs } from './folder-blobs.ts';

const made: string[] = [];
const folder = () => {
  const path = mkdtempSync(join(tmpdir(), 'rollcall-blobs-'));
  made.push(path);
  return path;
};
afterAll(() => {
  for (const path of made) rmSync(path, { recursive: true, force: true });
});

describeBlobsContract('a folder', async () => createFolderBlobs(join(folder(), 'files')));

describe('a folder of contents', () => {
  it('leads nowhere else, whatever an id says', async () => {
    const blobs = createFolderBlobs(join(folder(), 'files'));
    await blobs.prepare();
    for (const id of ['../../../../etc/passwd', '/etc/passwd/aaaaaaaaaaaa', 'aa/../../bbbbbbbbbbbbbbb', '................', '']) {
      expect(await blobs.open(id)).toBeNull();
      await expect(blobs.begin(id)).rejects.toThrow('not the name of a blob');
      await expect(blobs.remove([id])).rejects.toThrow('not the name of a blob');
    }
  });

  it('forgets half-written contents of a process that died, and lets nobody else read', async () => {
    const path = join(folder(), 'files');
    const blobs = createFolderBlobs(path);
    await blobs.prepare();
    const writer = await blobs.begin('abcdefghijklmnop');
    await writer.write(Buffer.from('half'));
    expect(readdirSync(join(path, 'incoming'))).toHaveLength(1);
    expect(statSync(path).mode & 0o077).toBe(0);
    await createFolderBlobs(path).prepare();
    expect(readdirSync(join(path, 'incoming'))).toEqual([]);
    await writer.drop();
  });
});
