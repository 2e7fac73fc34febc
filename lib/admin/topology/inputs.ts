import { z } from 'zod';

export const showTopologyInput = z.strictObject({});
export const nodeInput = z.strictObject({ name: z.string().trim().min(1).max(63).describe('Name of the node, from the list') });
