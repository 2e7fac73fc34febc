import { z } from 'zod';
import { instant } from '../shared/fields.ts';
import type { JobRow } from '../shared/ports.ts';

export const jobRow = z.object({
  id: z.string(),
  kind: z.string(),
  title: z.string(),
  state: z.enum(['waiting', 'running', 'done', 'failed', 'cancelled']),
  by: z.string(),
  createdAt: instant,
  startedAt: instant.nullable(),
  endedAt: instant.nullable(),
  total: z.int(),
  done: z.int(),
  failed: z.int(),
  summary: z.string(),
});
export type JobView = z.output<typeof jobRow>;

export const jobResult = z.object({ index: z.int(), target: z.string(), ok: z.boolean(), message: z.string() });

/** The stored input stays inside: it may name ten thousand people. */
export const presentJob = ({
  id,
  kind,
  title,
  state,
  by,
  createdAt,
  startedAt,
  endedAt,
  total,
  done,
  failed,
  summary,
}: JobRow): JobView => ({ id, kind, title, state, by, createdAt, startedAt, endedAt, total, done, failed, summary });
