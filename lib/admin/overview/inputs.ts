import { z } from 'zod';

export const overviewInput = z.strictObject({});
export const seriesInput = z.strictObject({
  span: z.enum(['ten-minutes', 'day']).default('ten-minutes').describe('ten-minutes: one value a second; day: one a minute'),
});
export const statusInput = z.strictObject({});
