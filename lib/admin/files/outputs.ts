import { z } from 'zod';
import { instant } from '../shared/fields.ts';

/** Never its address: who looks after files need not be able to read them. */
export const fileRow = z.object({
  id: z.string(),
  name: z.string(),
  owner: z.string(),
  /** Of the account; links to its page. */
  ownerId: z.int(),
  type: z.string(),
  sniffed: z.string(),
  size: z.number(),
  purpose: z.enum(['message', 'profile', 'ephemeral', 'permanent']),
  sha256: z.string(),
  at: instant,
  downloads: z.number(),
  lastDownloadAt: instant.nullable(),
  /** When it will be deleted; null when it is kept for ever. */
  expiresAt: instant.nullable(),
});
export type FileView = z.output<typeof fileRow>;

export const fileLogRow = z.object({
  at: instant,
  what: z.enum(['upload', 'download']),
  file: z.string(),
  name: z.string(),
  type: z.string(),
  size: z.number(),
  owner: z.string(),
  ownerId: z.int(),
  address: z.string(),
});

export const usageRow = z.object({ owner: z.string(), ownerId: z.int(), files: z.int(), bytes: z.number(), newest: instant });
