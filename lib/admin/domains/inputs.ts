import { z } from 'zod';

const domain = z.string().trim().min(1).max(1_100).describe('Domain name, for example example.com');

export const listDomainsInput = z.strictObject({});
export const addDomainInput = z.strictObject({ domain });
export const updateDomainInput = z.strictObject({ domain, to: domain.describe('The new name') });
export const deleteDomainsInput = z.strictObject({ domains: z.array(domain).min(1).max(500).describe('Domains to delete') });
export const setDefaultDomainInput = z.strictObject({ domain });
