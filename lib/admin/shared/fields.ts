import { z } from 'zod';

/** Schemas that inputs share. No server imports: forms use them too. */

/** Fields whose value never reaches an audit record. */
export const secretFields = z.registry<{ readonly secret: true }>();
/** Text that is a secret: at most 1,024 bytes (security A-8), never audited. Describe it before marking it. */
export const secretText = (help: string) => z.string().min(1).max(1024).describe(help).register(secretFields, { secret: true });

export const pageLimit = z.int().min(1).max(500).default(50).describe('How many at most (1 to 500)');
export const pageCursor = z.string().max(2000).optional().describe('Where to go on: `next` of the page before');
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), next: z.string().nullable(), total: z.number(), totalIsFloor: z.boolean() });
/** Pages of things that are not counted. */
export const sliceOf = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), next: z.string().nullable() });

/** Milliseconds since 1970. */
export const instant = z.number();

export interface DownloadShape {
  readonly fileName: string;
  readonly mediaType: string;
  readonly chunks: AsyncIterable<string>;
}
/** A file made while it is sent. */
export const download = z.custom<DownloadShape>((value) => typeof value === 'object' && value !== null && 'chunks' in value);
