import { z } from 'zod';
import { secretFields } from '../shared/fields.ts';

const use = z.enum(['xmpp', 'console']).describe('Which certificate: xmpp (chat clients) or console (console and API)');
/** Limits §3.4 allow 1 MiB; no chain needs that. People paste the key into the same text, so all of it is kept out of the audit. */
const certificatePem = z
  .string()
  .min(1)
  .max(262_144)
  .describe('The certificate and those of its issuers, PEM')
  .register(secretFields, { secret: true });

export const listCertificatesInput = z.strictObject({});
export const getCertificateInput = z.strictObject({ use });
export const createCsrInput = z.strictObject({
  use,
  commonName: z.string().trim().max(64).optional().describe('Common name; the default domain when left out'),
  organization: z.string().trim().max(64).default('').describe('Organization'),
  names: z
    .array(z.string().trim().min(1).max(255))
    .max(100)
    .default([])
    .describe('More host names or addresses the certificate should name'),
  keyType: z.enum(['ec-p256', 'rsa-3072']).default('ec-p256').describe('Kind of the new key'),
});
const keyPem = z
  .string()
  .min(1)
  .max(16_384)
  .describe('The private key, PEM without passphrase; left out for the certificate of a waiting request')
  .register(secretFields, { secret: true });
export const uploadCertificateInput = z.strictObject({
  use,
  certificatePem,
  keyPem: keyPem.optional(),
  allowIncompleteChain: z.boolean().default(false).describe('Accept a chain that ends below an issuer clients know by themselves'),
});
export const replaceInput = z.strictObject({ use });
