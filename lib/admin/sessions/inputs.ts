import { z } from 'zod';
import { pageCursor, pageLimit } from '../shared/fields.ts';

export const sessionSorts = ['since', 'user', 'address', 'client'] as const;
export const findSessionsInput = z.strictObject({
  user: z.string().trim().max(3100).optional().describe('Start of the address of the user'),
  address: z.string().trim().max(255).optional().describe('Start of the network address'),
  client: z.string().trim().max(255).optional().describe('Part of the name of the client'),
  state: z.enum(['live', 'hibernating']).optional().describe('Connected, or waiting to be resumed'),
  transport: z.enum(['tcp', 'direct-tls', 'websocket', 'bosh']).optional().describe('How it is connected'),
  sort: z.enum(sessionSorts).default('since').describe('Order of the list'),
  descending: z.boolean().default(true).describe('Last (newest) first'),
  limit: pageLimit,
  cursor: pageCursor,
});
export const endSessionsInput = z.strictObject({
  sessions: z.array(z.string().min(1).max(200)).min(1).max(500).describe('Ids of sessions'),
  reason: z.string().trim().max(255).default('An administrator ended this session.').describe('Told to the client'),
});
