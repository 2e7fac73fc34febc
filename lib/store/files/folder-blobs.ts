import { randomBytes } from 'node:crypto';
import { type FileHandle, link, mkdir, open, opendir, rm, stat, statfs, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { type BlobStore, NoRoom } from '../../files/ports.ts';

/** What a blob may be called: no separator, no dot, so that no id leads out of the folder. */
const ID = /^[A-Za-z0-9_-]{16,128}$/;
const SLICE = 500;

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException | null)?.code ?? '';
const noRoom = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
const explained = (error: unknown): unknown => (noRoom.has(codeOf(error)) ? new NoRoom(String(error)) : error);

/** A name in a folder lasts a power cut only when the folder itself is written out. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/**
 * Contents as files in `path`, in a folder for each of the first two letters of their names. A blob is written under another name, made lasting, and
 * only then called by its id; a link, unlike a rename, refuses to replace what is there.
 */
export function createFolderBlobs(path: string): BlobStore {
  const incoming = join(path, 'incoming');
  const folderOf = (id: string) => join(path, id.slice(0, 2));
  function placeOf(id: string): string {
    if (!ID.test(id)) throw new Error('not the name of a blob');
    return join(folderOf(id), id);
  }

  return {
    async prepare() {
      await mkdir(path, { recursive: true, mode: 0o700 });
      await rm(incoming, { recursive: true, force: true });
      await mkdir(incoming, { mode: 0o700 });
    },
    async begin(id) {
      const place = placeOf(id);
      const draft = join(incoming, `${id}.${randomBytes(6).toString('hex')}`);
      let file: FileHandle | null = await open(draft, 'wx', 0o600).catch((error: unknown) => Promise.reject(explained(error)));
      const close = async () => {
        const was = file;
        file = null;
        await was?.close();
      };
      return {
        async write(chunk) {
          try {
            for (let at = 0; at < chunk.length && file !== null; ) at += (await file.write(chunk, at, chunk.length - at)).bytesWritten;
          } catch (error) {
            throw explained(error);
          }
        },
        async keep() {
          if (file === null) return false;
          try {
            await file.sync();
            await close();
            await mkdir(folderOf(id), { recursive: true, mode: 0o700 });
            await link(draft, place);
          } catch (error) {
            await close();
            await rm(draft, { force: true });
            if (codeOf(error) === 'EEXIST') return false;
            throw explained(error);
          }
          await unlink(draft);
          await syncFolder(folderOf(id));
          await syncFolder(path);
          return true;
        },
        async drop() {
          if (file === null) return;
          await close();
          await rm(draft, { force: true });
        },
      };
    },
    async open(id) {
      if (!ID.test(id)) return null;
      let file: FileHandle;
      try {
        file = await open(placeOf(id), 'r');
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return null;
        throw error;
      }
      const { size } = await file.stat();
      return {
        size,
        stream: (start, end) => file.createReadStream({ start, end, highWaterMark: 128 * 1024, autoClose: true }),
        close: () => file.close(),
      };
    },
    async remove(ids) {
      for (const id of ids) await rm(placeOf(id), { force: true });
    },
    async space() {
      const { bavail, blocks, bsize } = await statfs(path);
      return { free: bavail * bsize, total: blocks * bsize };
    },
    async *each() {
      let slice: { id: string; modifiedAt: number }[] = [];
      for await (const folder of await opendir(path)) {
        if (!folder.isDirectory() || folder.name.length !== 2) continue;
        for await (const entry of await opendir(join(path, folder.name))) {
          if (!entry.isFile() || !ID.test(entry.name)) continue;
          const facts = await stat(join(path, folder.name, entry.name)).catch(() => null);
          if (facts === null) continue;
          slice.push({ id: entry.name, modifiedAt: facts.mtimeMs });
          if (slice.length < SLICE) continue;
          yield slice;
          slice = [];
        }
      }
      if (slice.length > 0) yield slice;
    },
  };
}
