import { z } from 'zod';

export const healthInput = z.strictObject({});
export const alarmsInput = z.strictObject({});
export const protocolsInput = z.strictObject({});
