import { z } from 'zod';
import { secretText } from '../shared/fields.ts';

const domain = z.string().trim().min(1).max(1_100).describe('Domain that the component serves, for example irc.example.com');
const title = z.string().trim().max(100).describe('Name shown to clients that list the services');
const enabled = z.boolean().describe('May it connect?');
const secret = secretText('Shared secret of at least 16 characters; one is made when it is left out').optional();

export const listComponentsInput = z.strictObject({});
export const addComponentInput = z.strictObject({ domain, title: title.default(''), enabled: enabled.default(true), secret });
export const updateComponentInput = z.strictObject({ domain, title: title.optional(), enabled: enabled.optional(), secret });
export const renewComponentSecretInput = z.strictObject({ domain });
export const deleteComponentsInput = z.strictObject({
  domains: z.array(domain).min(1).max(100).describe('Domains of the components to remove'),
});
export const disconnectComponentInput = z.strictObject({ domain });
