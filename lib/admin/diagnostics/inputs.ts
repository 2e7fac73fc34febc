import { z } from 'zod';

export const healthInput = z.strictObject({});
export const alarmsInput = z.strictObject({});
