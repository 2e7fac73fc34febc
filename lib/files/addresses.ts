import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { NewSlot } from './ports.ts';

/** Below this path of the HTTP listeners. */
export const UPLOAD_PATH = '/upload/';

/** 128 random bits and 72 bits that prove they were made here: a guess is refused without a question to the database. */
const ID = /^([A-Za-z0-9_-]{22})([A-Za-z0-9_-]{12})$/;

export interface FileAddresses {
  newId(): string;
  isOurs(id: string): boolean;
  /** Goes with the address to upload to; whoever knows only where to download cannot upload. */
  putKey(slot: Pick<NewSlot, 'id' | 'size' | 'slotUntil'>): string;
  mayPut(slot: Pick<NewSlot, 'id' | 'size' | 'slotUntil'>, key: string): boolean;
}

export function createAddresses(secret: string): FileAddresses {
  const mac = (text: string, bytes: number): string =>
    createHmac('sha256', secret).update(text).digest().subarray(0, bytes).toString('base64url');
  const same = (a: string, b: string): boolean => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
  const putKey = ({ id, size, slotUntil }: Pick<NewSlot, 'id' | 'size' | 'slotUntil'>) => mac(`put ${id} ${size} ${slotUntil}`, 24);
  return {
    newId() {
      const random = randomBytes(16).toString('base64url');
      return random + mac(`id ${random}`, 9);
    },
    isOurs(id) {
      const parts = ID.exec(id);
      return parts !== null && same(parts[2] ?? '', mac(`id ${parts[1]}`, 9));
    },
    putKey,
    mayPut: (slot, key) => same(key, putKey(slot)),
  };
}

export interface FilePath {
  readonly id: string;
  /** Still percent-encoded; decoration only. */
  readonly name: string;
  readonly putKey: string;
}

/** Reads `/upload/ID/NAME?key=KEY`; null for what is none. */
export function readTarget(target: string): FilePath | null {
  const [path = '', query = ''] = target.split('?', 2);
  if (!path.startsWith(UPLOAD_PATH)) return null;
  const [id = '', name = '', ...more] = path.slice(UPLOAD_PATH.length).split('/');
  if (id === '' || more.length > 0) return null;
  return { id, name, putKey: /(?:^|&)key=([A-Za-z0-9_-]{1,64})(?:&|$)/.exec(query)?.[1] ?? '' };
}
