import { z } from 'zod';
import { ok } from '../../kernel/result.ts';
import type { CertificateView as View } from '../../security/index.ts';
import { defineUseCase } from '../shared/define.ts';
import { instant } from '../shared/fields.ts';
import { createCsrInput, getCertificateInput, listCertificatesInput, replaceInput, uploadCertificateInput } from './inputs.ts';

const summary = z.object({
  subject: z.string(),
  issuer: z.string(),
  notBefore: instant,
  notAfter: instant,
  /** SHA-256. */
  fingerprint: z.string(),
  serial: z.string(),
});
const certificateView = summary.extend({
  use: z.enum(['xmpp', 'console']),
  title: z.string(),
  daysLeft: z.int(),
  keyType: z.string(),
  signatureHash: z.string(),
  selfSigned: z.boolean(),
  names: z.object({ dns: z.array(z.string()), ip: z.array(z.string()), srv: z.array(z.string()), xmpp: z.array(z.string()) }),
  /** Hosted domains (for the console: host names) that it does not name. */
  missingNames: z.array(z.string()),
  chain: z.array(summary),
  chainPem: z.string(),
  /** What a return would bring back. */
  previous: summary.nullable(),
  /** A request that waits for its certificate. */
  request: z.object({ createdAt: instant, pem: z.string() }).nullable(),
});
export type CertificateView = z.output<typeof certificateView>;

const present = (view: View): CertificateView => ({
  ...view,
  names: { dns: [...view.names.dns], ip: [...view.names.ip], srv: [...view.names.srv], xmpp: [...view.names.xmpp] },
  missingNames: [...view.missingNames],
  chain: [...view.chain],
});
/** What the audit keeps of a certificate. */
const facts = ({ subject, issuer, notAfter, fingerprint }: Pick<View, 'subject' | 'issuer' | 'notAfter' | 'fingerprint'>) => ({
  subject,
  issuer,
  ends: new Date(notAfter).toISOString(),
  fingerprint,
});

const positionals = [{ field: 'use', name: 'USE' }];
const shown = { path: 'items', columns: ['use', 'subject', 'issuer', 'daysLeft', 'keyType', 'selfSigned', 'missingNames'] };

const listCertificates = defineUseCase({
  id: 'certificates.list',
  title: 'List certificates',
  summary: 'The certificates of this node: names, issuer, days left, fingerprints, what waits and what can be brought back.',
  may: 'certificates.read',
  kind: 'read',
  input: listCertificatesInput,
  output: z.object({ items: z.array(certificateView) }),
  rest: { method: 'GET', path: '/certificates' },
  cli: { words: ['certificates', 'list'], table: shown },
  run: async (_input, { deps }) => ok({ items: (await deps.certificates.list()).map(present) }),
});

const getCertificate = defineUseCase({
  id: 'certificates.get',
  title: 'Show a certificate',
  summary: 'One certificate with its chain.',
  may: 'certificates.read',
  kind: 'read',
  input: getCertificateInput,
  output: certificateView,
  rest: { method: 'GET', path: '/certificates/{use}' },
  cli: { words: ['certificates', 'show'], positionals },
  run: async ({ use }, { deps }) => ok(present(await deps.certificates.get(use))),
});

const createCsr = defineUseCase({
  id: 'certificates.createCsr',
  title: 'Make a certificate request',
  summary: 'Makes a new key, which stays on the server, and the request (CSR) to give to a certificate authority.',
  may: 'certificates.write',
  audit: 'certificate.create-request',
  kind: 'effect',
  input: createCsrInput,
  output: z.object({ requestPem: z.string() }),
  rest: { method: 'POST', path: '/certificates/{use}/request' },
  cli: { words: ['certificates', 'create-csr'], positionals, examples: ['rollcall certificates create-csr xmpp --names chat.example.com'] },
  async run({ use, ...input }, ctx) {
    ctx.audit({
      target: use,
      targetKey: `certificate:${use}`,
      after: { commonName: input.commonName ?? '', organization: input.organization, names: input.names, kind: input.keyType },
    });
    const made = await ctx.deps.certificates.createRequest(use, input);
    return made.ok ? ok({ requestPem: made.value.requestPem }) : made;
  },
});

const checkCertificate = defineUseCase({
  id: 'certificates.check',
  title: 'Check a certificate',
  summary: 'Looks at a certificate as an upload would, and changes nothing.',
  may: 'certificates.write',
  kind: 'read',
  input: uploadCertificateInput,
  output: z.object({ warnings: z.array(z.string()) }),
  rest: { method: 'POST', path: '/certificates/{use}/check' },
  cli: {
    words: ['certificates', 'check'],
    positionals: [...positionals, { field: 'certificatePem', name: 'FILE', file: true }],
    flags: { keyPem: { flag: 'key', help: 'File of the private key', file: true } },
  },
  async run({ use, certificatePem, keyPem, allowIncompleteChain }, { deps }) {
    const checked = await deps.certificates.check(use, { certificatePem, keyPem, allowIncompleteChain });
    return checked.ok ? ok({ warnings: [...checked.value.warnings] }) : checked;
  },
});

const uploadCertificate = defineUseCase({
  id: 'certificates.upload',
  title: 'Upload a certificate',
  summary: 'Checks a certificate and takes it into use for new connections. Open sessions stay; the one before can be brought back.',
  may: 'certificates.write',
  audit: 'certificate.upload',
  kind: 'effect',
  input: uploadCertificateInput,
  output: z.object({ certificate: certificateView, warnings: z.array(z.string()) }),
  rest: { method: 'PUT', path: '/certificates/{use}' },
  cli: {
    words: ['certificates', 'upload'],
    positionals: [...positionals, { field: 'certificatePem', name: 'FILE', file: true }],
    flags: { keyPem: { flag: 'key', help: 'File of the private key', file: true } },
    examples: ['rollcall certificates upload xmpp chain.pem --key key.pem'],
  },
  async run({ use, certificatePem, keyPem, allowIncompleteChain }, ctx) {
    const { certificates } = ctx.deps;
    ctx.audit({ target: use, targetKey: `certificate:${use}`, before: facts(await certificates.get(use)) });
    const replaced = await certificates.replace(use, { certificatePem, keyPem, allowIncompleteChain }, ctx.viewer.name);
    if (!replaced.ok) return replaced;
    ctx.audit({ after: facts(replaced.value.view), detail: replaced.value.warnings.join(' ') });
    return ok({ certificate: present(replaced.value.view), warnings: [...replaced.value.warnings] });
  },
});

const revertCertificate = defineUseCase({
  id: 'certificates.revert',
  title: 'Return to the earlier certificate',
  summary: 'Brings back the certificate that was in use before; the present one can be brought back in turn.',
  may: 'certificates.write',
  audit: 'certificate.revert',
  kind: 'effect',
  input: replaceInput,
  output: certificateView,
  rest: { method: 'POST', path: '/certificates/{use}/revert' },
  cli: { words: ['certificates', 'revert'], positionals },
  async run({ use }, ctx) {
    const { certificates } = ctx.deps;
    ctx.audit({ target: use, targetKey: `certificate:${use}`, before: facts(await certificates.get(use)) });
    const done = await certificates.revert(use, ctx.viewer.name);
    if (!done.ok) return done;
    ctx.audit({ after: facts(done.value) });
    return ok(present(done.value));
  },
});

const regenerateCertificate = defineUseCase({
  id: 'certificates.regenerate',
  title: 'Make a new self-signed certificate',
  summary: 'Makes a new key and a certificate signed by itself that names all hosted domains, and takes it into use.',
  may: 'certificates.write',
  audit: 'certificate.regenerate',
  kind: 'effect',
  input: replaceInput,
  output: certificateView,
  rest: { method: 'POST', path: '/certificates/{use}/regenerate' },
  cli: { words: ['certificates', 'regenerate'], positionals },
  async run({ use }, ctx) {
    const { certificates } = ctx.deps;
    ctx.audit({ target: use, targetKey: `certificate:${use}`, before: facts(await certificates.get(use)) });
    const done = await certificates.regenerate(use, ctx.viewer.name);
    if (!done.ok) return done;
    ctx.audit({ after: facts(done.value) });
    return ok(present(done.value));
  },
});

/** The use cases of this area; the key is the verb in their id. */
export const certificates = {
  list: listCertificates,
  get: getCertificate,
  createCsr,
  check: checkCertificate,
  upload: uploadCertificate,
  revert: revertCertificate,
  regenerate: regenerateCertificate,
} as const;
