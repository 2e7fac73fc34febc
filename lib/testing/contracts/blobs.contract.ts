import { text } from 'node:stream/consumers';
import { beforeEach, describe, expect, it } from 'vitest';
import type { BlobStore } from '../../files/ports.ts';

const A = 'abcdefghijklmnop';
const B = 'bbcdefghijklmnop';

export function describeBlobsContract(name: string, make: () => Promise<BlobStore>): void {
  describe(`contents of files: ${name}`, () => {
    let blobs: BlobStore;
    beforeEach(async () => {
      blobs = await make();
      await blobs.prepare();
    });
    async function keep(id: string, ...parts: string[]) {
      const writer = await blobs.begin(id);
      for (const part of parts) await writer.write(Buffer.from(part));
      return writer.keep();
    }
    const ids = async () => {
      const all: string[] = [];
      for await (const slice of blobs.each()) all.push(...slice.map((blob) => blob.id));
      return all.sort();
    };

    it('are read back whole and in part', async () => {
      expect(await keep(A, 'hello ', 'world')).toBe(true);
      const whole = await blobs.open(A);
      expect(whole?.size).toBe(11);
      expect(await text(whole?.stream(0, 10) as NodeJS.ReadableStream)).toBe('hello world');
      expect(await text((await blobs.open(A))?.stream(6, 8) as NodeJS.ReadableStream)).toBe('wor');
      await (await blobs.open(A))?.close();
    });

    it('are not there until they are kept, and never replaced', async () => {
      const writer = await blobs.begin(A);
      await writer.write(Buffer.from('first'));
      expect(await blobs.open(A)).toBeNull();
      expect(await ids()).toEqual([]);
      expect(await writer.keep()).toBe(true);
      expect(await keep(A, 'second')).toBe(false);
      expect(await text((await blobs.open(A))?.stream(0, 4) as NodeJS.ReadableStream)).toBe('first');
    });

    it('leave nothing when they are dropped or removed', async () => {
      const writer = await blobs.begin(A);
      await writer.write(Buffer.from('x'));
      await writer.drop();
      expect(await writer.keep()).toBe(false);
      await keep(B, 'y');
      await blobs.remove([B, A]);
      expect(await ids()).toEqual([]);
      expect(await blobs.open(B)).toBeNull();
    });

    it('are listed, and the space they may take is known', async () => {
      await keep(A, 'x');
      await keep(B, 'y');
      expect(await ids()).toEqual([A, B]);
      const { free, total } = await blobs.space();
      expect(free).toBeGreaterThan(0);
      expect(total).toBeGreaterThanOrEqual(free);
    });
  });
}
