import { createHmac, timingSafeEqual } from 'node:crypto';
import { secretId } from '../kernel/ids.ts';
import type { NewSlot } from './ports.ts';

/** Below this path of the HTTP listeners. */
export const UPLOAD_PATH = '/upload/';

/**
 * An id and 72 bits that prove that the path was made here: a guess is refused without a question to the database. Only the path opens the file; whoever
 * sees the id (operators, the log, a copy of the database) cannot fetch it.
 */
const PATH = /^([A-Za-z0-9_-]{22})([A-Za-z0-9_-]{12})$/;

export interface FileAddresses {
  /** 128 random bits. */
  newId(): string;
  /** The part of an address that opens the file. */
  pathOf(id: string): string;
  /** The id in a path that was made here, else null. */
  idOf(path: string): string | null;
  /** Goes with the address to upload to; whoever knows only where to download cannot upload. */
  putKey(slot: Pick<NewSlot, 'id' | 'size' | 'createdAt'>): string;
  mayPut(slot: Pick<NewSlot, 'id' | 'size' | 'createdAt'>, key: string): boolean;
}

export function createAddresses(secret: string): FileAddresses {
  const mac = (text: string, bytes: number): string =>
    createHmac('sha256', secret).update(text).digest().subarray(0, bytes).toString('base64url');
  const same = (a: string, b: string): boolean => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
  const putKey = ({ id, size, createdAt }: Pick<NewSlot, 'id' | 'size' | 'createdAt'>) => mac(`put ${id} ${size} ${createdAt}`, 24);
  return {
    newId: () => secretId(16),
    pathOf: (id) => id + mac(`id ${id}`, 9),
    idOf(path) {
      const [, id = '', proof = ''] = PATH.exec(path) ?? [];
      return id !== '' && same(proof, mac(`id ${id}`, 9)) ? id : null;
    },
    putKey,
    mayPut: (slot, key) => same(key, putKey(slot)),
  };
}

export interface FilePath {
  /** Not yet looked at: `idOf` tells whether it was made here. */
  readonly path: string;
  /** Still percent-encoded; decoration only. */
  readonly name: string;
  readonly putKey: string;
}

/** Reads `/upload/PATH/NAME?key=KEY`; null for what is none. */
export function readTarget(target: string): FilePath | null {
  const [whole = '', query = ''] = target.split('?', 2);
  if (!whole.startsWith(UPLOAD_PATH)) return null;
  const [path = '', name = '', ...more] = whole.slice(UPLOAD_PATH.length).split('/');
  if (path === '' || more.length > 0) return null;
  return { path, name, putKey: /(?:^|&)key=([A-Za-z0-9_-]{1,64})(?:&|$)/.exec(query)?.[1] ?? '' };
}
