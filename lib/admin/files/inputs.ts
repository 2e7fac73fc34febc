import { z } from 'zod';
import { pageCursor, pageLimit } from '../shared/fields.ts';

export const fileSorts = ['storedAt', 'size', 'downloads'] as const;

const filter = {
  search: z.string().trim().max(600).optional().describe('Start of words of the name or of the owner, an id, or the address of a file'),
  person: z.string().trim().min(1).max(3100).optional().describe('User ID or address of the owner'),
  type: z.string().trim().min(1).max(255).optional().describe('Start of the media type, for example image/'),
  since: z.int().min(0).optional().describe('Uploaded from this time on, milliseconds since 1970'),
  until: z.int().min(0).optional().describe('Uploaded up to this time, milliseconds since 1970'),
  minSize: z.int().min(0).optional().describe('At least this many bytes'),
};
const fileId = z.string().min(1).max(600);

export const findFilesInput = z.strictObject({
  ...filter,
  sort: z.enum(fileSorts).default('storedAt').describe('Order of the list'),
  descending: z.boolean().default(true).describe('Last (newest, largest) first'),
  limit: pageLimit,
  cursor: pageCursor,
});
export const getFileInput = z.strictObject({ id: fileId.describe('Id or address of the file') });
export const deleteFilesInput = z.strictObject({
  files: z.array(fileId).min(1).max(500).optional().describe('Ids or addresses of files; else the filters choose'),
  ...filter,
});
export const fileUsageInput = z.strictObject({
  person: z.string().trim().min(1).max(3100).optional().describe('User ID, or start of the address'),
  limit: pageLimit,
  cursor: pageCursor,
});
export const fileLogInput = z.strictObject({
  person: z.string().trim().min(1).max(3100).optional().describe('User ID or address of the owner'),
  file: fileId.optional().describe('Id or address of a file'),
  what: z.enum(['upload', 'download']).optional().describe('Uploads or downloads only'),
  since: z.int().min(0).optional().describe('From this time on, milliseconds since 1970'),
  until: z.int().min(0).optional().describe('Up to this time, milliseconds since 1970'),
  limit: pageLimit,
  cursor: pageCursor,
});
