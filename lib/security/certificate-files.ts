import { chmod, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Certificates on disk, `<data>/certificates/<use>.pem` and so on. Key and chain stand in one file, so that they change together:
 * a replacement is one rename, and a node killed in the middle starts with a pair that fits.
 */
export type CertificateUse = 'xmpp' | 'console';
export const certificateUses: readonly CertificateUse[] = ['xmpp', 'console'];
export type Slot = 'current' | 'previous' | 'request';

export interface CertificateFiles {
  readonly folder: string;
  /** Null when there is none. Throws when it is there and cannot be read. */
  read(use: CertificateUse, slot: Slot): Promise<{ readonly pem: string; readonly changedAt: number } | null>;
  write(use: CertificateUse, slot: Slot, pem: string): Promise<void>;
  remove(use: CertificateUse, slot: Slot): Promise<void>;
  /** Puts a file that cannot be used out of the way, for a person to look at. */
  setAside(use: CertificateUse): Promise<void>;
}

export function createCertificateFiles(dataDir: string): CertificateFiles {
  const folder = join(dataDir, 'certificates');
  const path = (use: CertificateUse, slot: Slot) => join(folder, slot === 'current' ? `${use}.pem` : `${use}.${slot}.pem`);
  return {
    folder,
    async read(use, slot) {
      try {
        const file = path(use, slot);
        const [pem, facts] = [await readFile(file, 'utf8'), await stat(file)];
        // A copy made by hand is often readable by everyone.
        if ((facts.mode & 0o077) !== 0) await chmod(file, 0o600);
        return { pem, changedAt: facts.mtimeMs };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
        throw error;
      }
    },
    async write(use, slot, pem) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const target = path(use, slot);
      const draft = `${target}.new`;
      await rm(draft, { force: true });
      const file = await open(draft, 'wx', 0o600);
      try {
        await file.writeFile(pem);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(draft, target);
    },
    remove: (use, slot) => rm(path(use, slot), { force: true }),
    setAside: (use) => rename(path(use, 'current'), join(folder, `${use}.unusable.pem`)),
  };
}
