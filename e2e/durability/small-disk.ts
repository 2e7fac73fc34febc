import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file system of its own, small enough to be filled. */
export interface SmallDisk {
  readonly folder: string;
  /** Takes all the space there is, again when some has come free meanwhile. */
  fill(): void;
  /** Gives it back. */
  free(): void;
  remove(): void;
}

const megabytes = 768;
/** Large steps first, then the last pages. */
const steps = [1 << 20, 4096];

/** Null with the reason when this account may not mount: in a container that takes root and the right to administer the system. */
export function mountSmallDisk(): { disk: SmallDisk; why: '' } | { disk: null; why: string } {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-small-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'tmpfs', folder], { stdio: ['ignore', 'ignore', 'pipe'] });
  } catch (problem) {
    rmdirSync(folder);
    const said = (problem as { stderr?: Buffer }).stderr?.toString().trim();
    return { disk: null, why: said || (problem instanceof Error ? problem.message : String(problem)) };
  }
  const filler = join(folder, 'filler');
  return {
    why: '',
    disk: {
      folder,
      fill() {
        const file = openSync(filler, 'a');
        try {
          for (const step of steps) {
            const block = Buffer.alloc(step, 1);
            try {
              // A short write is a full disk, too; the next one says so.
              for (;;) writeSync(file, block);
            } catch (problem) {
              if ((problem as NodeJS.ErrnoException).code !== 'ENOSPC') throw problem;
            }
          }
        } finally {
          closeSync(file);
        }
      },
      free: () => rmSync(filler, { force: true }),
      remove() {
        execFileSync('umount', [folder], { stdio: 'ignore' });
        rmdirSync(folder);
      },
    },
  };
}
