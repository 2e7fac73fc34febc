import { z } from 'zod';

export const showReplicationInput = z.strictObject({});
