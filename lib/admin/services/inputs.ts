import { z } from 'zod';

export const listServicesInput = z.strictObject({});
export const serviceInput = z.strictObject({ name: z.string().trim().min(1).max(100).describe('Name of the service, from the list') });
