import { createHash } from 'node:crypto';
import { secretId } from '../../kernel/ids.ts';

export const tokenPrefix = 'rc_';
/** 256 random bits; the prefix lets scanners of leaked secrets know it. */
export const makeTokenSecret = (): string => `${tokenPrefix}${secretId(32)}`;
/** What is stored and looked up. A plain hash is enough for a value nobody can guess. */
export const tokenHash = (secret: string): string => createHash('sha256').update(secret).digest('hex');
