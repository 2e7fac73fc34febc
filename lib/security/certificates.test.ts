import 'reflect-metadata';
import { createPrivateKey, generateKeyPairSync, KeyObject, webcrypto, X509Certificate } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer, rootCertificates } from 'node:tls';
import * as x509 from '@peculiar/x509';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEventHub } from '../kernel/events.ts';
import { silentLog } from '../kernel/log.ts';
import { createFakeClock, type FakeClock } from '../testing/fake-clock.ts';
import { decodeAlternativeNames, encodeAlternativeNames, namesCover } from './alternative-names.ts';
import { type Certificates, createCertificates } from './certificates.ts';

const day = 86_400_000;
const start = Date.UTC(2026, 5, 1);
let folder = '';
let count = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rollcall-certificates-'));
});
afterAll(() => rm(folder, { recursive: true }));

interface Made {
  pem: string;
  keyPem: string;
  certificate: x509.X509Certificate;
  keys: webcrypto.CryptoKeyPair;
}
const p256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** A certificate as an authority would make it; with `of` signed by that one, else by itself. */
async function make(options: {
  cn: string;
  of?: Made;
  ca?: boolean;
  dns?: string[];
  from?: number;
  to?: number;
  algorithm?: RsaHashedKeyGenParams | EcKeyGenParams;
  hash?: string;
  usage?: string[];
  publicKey?: x509.PublicKeyType;
}): Promise<Made> {
  const algorithm = options.algorithm ?? p256;
  const keys = (await webcrypto.subtle.generateKey(algorithm as webcrypto.EcKeyGenParams, true, [
    'sign',
    'verify',
  ])) as webcrypto.CryptoKeyPair;
  const issuer = options.of;
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: `4${(++count).toString(16).padStart(7, '0')}`,
    subject: `CN=${options.cn}`,
    issuer: issuer ? issuer.certificate.subject : `CN=${options.cn}`,
    notBefore: new Date(options.from ?? start - day),
    notAfter: new Date(options.to ?? start + 365 * day),
    publicKey: options.publicKey ?? (keys.publicKey as unknown as CryptoKey),
    signingKey: (issuer?.keys ?? keys).privateKey as unknown as CryptoKey,
    signingAlgorithm: { ...p256, hash: options.hash ?? 'SHA-256' },
    extensions: [
      new x509.BasicConstraintsExtension(options.ca === true, undefined, true),
      ...(options.ca ? [new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true)] : []),
      ...(options.usage ? [new x509.ExtendedKeyUsageExtension(options.usage)] : []),
      ...(options.dns ? [new x509.SubjectAlternativeNameExtension(options.dns.map((value) => ({ type: 'dns' as const, value })))] : []),
    ],
  });
  const keyPem = KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' }) as string;
  return { pem: `${certificate.toString('pem')}\n`, keyPem, certificate, keys };
}

async function open(options: { clock?: FakeClock; dataDir?: string; domains?: string[]; publicRoots?: readonly string[] } = {}) {
  const clock = options.clock ?? createFakeClock(start);
  const dataDir = options.dataDir ?? join(folder, `data-${++count}`);
  const events = createEventHub(() => undefined);
  const told: string[] = [];
  events.on('certificate.changed', ({ use }) => told.push(use));
  const made = await createCertificates({
    dataDir,
    hostName: 'box1.example.org',
    domains: () => options.domains ?? ['example.org', 'bücher.example', 'example.org'],
    publicRoots: options.publicRoots ?? [],
    events,
    clock,
    log: silentLog,
  });
  if (!made.ok) throw new Error(made.fault.message);
  return { certificates: made.value, clock, dataDir, told };
}
const fingerprint = (certificates: Certificates) => new X509Certificate(certificates.credentials('xmpp').chainPem).fingerprint256;

describe('certificates at first start', () => {
  it('are self-signed, name every domain in all forms XMPP clients look for, and can be read by the server alone', async () => {
    const { certificates, dataDir } = await open();
    const view = await certificates.get('xmpp');
    expect(view).toMatchObject({
      selfSigned: true,
      keyType: 'EC P-256',
      signatureHash: 'SHA-256',
      missingNames: [],
      previous: null,
      request: null,
      chain: [],
    });
    expect(view.names.dns).toEqual(['example.org', 'xn--bcher-kva.example', 'box1.example.org', 'localhost']);
    expect(view.names.ip).toContain('127.0.0.1');
    expect(view.names.srv).toContain('_xmpp-client.xn--bcher-kva.example');
    expect(view.names.xmpp).toContain('bücher.example');
    for (const use of ['xmpp', 'console']) expect((await stat(join(dataDir, 'certificates', `${use}.pem`))).mode & 0o777).toBe(0o600);
  });

  it('serve TLS to a client that trusts them', async () => {
    const { certificates } = await open({ clock: createFakeClock(Date.now()) });
    const { keyPem, chainPem } = certificates.credentials('xmpp');
    const server = createServer({ key: keyPem, cert: chainPem }, (socket) => socket.end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const authorized = await new Promise((resolve, reject) => {
      const client = connect({ port, host: '127.0.0.1', servername: 'example.org', ca: chainPem }, () => resolve(client.authorized)).on(
        'error',
        reject,
      );
    });
    server.close();
    expect(authorized).toBe(true);
  });

  it('are the same after a restart', async () => {
    const first = await open();
    const again = await open({ dataDir: first.dataDir });
    expect(fingerprint(again.certificates)).toBe(fingerprint(first.certificates));
  });

  it('are made anew when the file is damaged or the self-signed one has ended, and the damaged file is kept', async () => {
    const first = await open();
    const file = join(first.dataDir, 'certificates', 'xmpp.pem');
    await writeFile(file, 'half a certificate');
    const second = await open({ dataDir: first.dataDir });
    expect(fingerprint(second.certificates)).not.toBe(fingerprint(first.certificates));
    expect(await readFile(join(first.dataDir, 'certificates', 'xmpp.unusable.pem'), 'utf8')).toBe('half a certificate');
    const third = await open({ dataDir: first.dataDir, clock: createFakeClock(start + 900 * day) });
    expect(fingerprint(third.certificates)).not.toBe(fingerprint(second.certificates));
  });

  it('lose rights that others should not have', async () => {
    const first = await open();
    const file = join(first.dataDir, 'certificates', 'xmpp.pem');
    await chmod(file, 0o644);
    await open({ dataDir: first.dataDir });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('tell in one sentence when the folder cannot be written', async () => {
    const blocked = join(folder, `file-${++count}`);
    await writeFile(blocked, '');
    const made = await createCertificates({
      dataDir: blocked,
      hostName: 'h',
      domains: () => ['example.org'],
      publicRoots: [],
      events: createEventHub(() => undefined),
      clock: createFakeClock(start),
      log: silentLog,
    });
    expect(made.ok || made.fault.code).toBe('certificates.notWritable');
  });
});

describe('a certificate that is uploaded (T-6)', () => {
  let root: Made;
  let intermediate: Made;
  let leaf: Made;
  const dns = ['example.org', 'xn--bcher-kva.example'];
  beforeAll(async () => {
    root = await make({ cn: 'Root', ca: true });
    intermediate = await make({ cn: 'Intermediate', of: root, ca: true });
    leaf = await make({ cn: 'example.org', of: intermediate, dns });
  });
  const upload = async (certificatePem: string, keyPem?: string, allowIncompleteChain = false, more: Parameters<typeof open>[0] = {}) => {
    const at = await open(more);
    const before = fingerprint(at.certificates);
    const done = await at.certificates.replace('xmpp', { certificatePem, keyPem, allowIncompleteChain }, 'ana');
    return { ...at, done, before, isReplaced: fingerprint(at.certificates) !== before };
  };

  it('replaces at once, in any order of the file, without the root, and tells listeners and events', async () => {
    const at = await open();
    const heard: string[] = [];
    at.certificates.onChange((use) => heard.push(use));
    const done = await at.certificates.replace(
      'xmpp',
      { certificatePem: root.pem + intermediate.pem + leaf.pem, keyPem: leaf.keyPem, allowIncompleteChain: false },
      'ana',
    );
    expect(done.ok && done.value.warnings).toEqual([]);
    expect(done.ok && done.value.view).toMatchObject({
      selfSigned: false,
      subject: 'CN=example.org',
      chain: [{ subject: 'CN=Intermediate' }],
    });
    expect(at.certificates.credentials('xmpp').chainPem.match(/BEGIN/g)).toHaveLength(2);
    expect([heard, at.told]).toEqual([['xmpp'], ['xmpp']]);
    expect(createPrivateKey(at.certificates.credentials('xmpp').keyPem).equals(createPrivateKey(leaf.keyPem))).toBe(true);
  });

  it('accepts the key in the same text, and survives a restart', async () => {
    const { done, certificates, dataDir } = await upload(leaf.pem + leaf.keyPem + intermediate.pem + root.pem);
    expect(done.ok).toBe(true);
    expect(fingerprint((await open({ dataDir })).certificates)).toBe(fingerprint(certificates));
  });

  it('is refused in use already', async () => {
    const at = await open();
    const { keyPem, chainPem } = at.certificates.credentials('xmpp');
    const done = await at.certificates.replace('xmpp', { certificatePem: chainPem, keyPem, allowIncompleteChain: false }, 'ana');
    expect(done.ok || done.fault.code).toBe('certificates.same');
  });

  it.each<[string, () => Promise<[string, string?]> | [string, string?]]>([
    ['certificates.noCertificate', () => ['hello']],
    ['certificates.unreadable', () => ['-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----', leaf.keyPem]],
    ['certificates.tooMany', () => [leaf.pem.repeat(11), leaf.keyPem]],
    ['certificates.keyMissing', () => [leaf.pem]],
    ['certificates.keyUnreadable', () => [leaf.pem, '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----']],
    ['certificates.keyUnreadable', () => [leaf.pem, 'my key']],
    [
      'certificates.keyEncrypted',
      () => [
        leaf.pem,
        generateKeyPairSync('ec', {
          namedCurve: 'P-256',
          publicKeyEncoding: { type: 'spki', format: 'pem' },
          privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' },
        }).privateKey,
      ],
    ],
    [
      'certificates.keyEncrypted',
      () => [
        leaf.pem,
        generateKeyPairSync('rsa', {
          modulusLength: 2048,
          publicKeyEncoding: { type: 'spki', format: 'pem' },
          privateKeyEncoding: { type: 'pkcs1', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' },
        }).privateKey,
      ],
    ],
    ['certificates.keyMismatch', () => [leaf.pem + intermediate.pem, root.keyPem]],
    ['certificates.incompleteChain', () => [leaf.pem, leaf.keyPem]],
    [
      'certificates.brokenChain',
      async () => {
        const impostor = await make({ cn: 'Intermediate', ca: true });
        return [leaf.pem + impostor.pem, leaf.keyPem];
      },
    ],
    [
      'certificates.issuerNoAuthority',
      async () => {
        // OpenSSL does not take a non-authority as issuer at all unless it may sign certificates.
        const fake = await make({ cn: 'Fake', of: root, ca: false });
        const under = await make({ cn: 'example.org', of: fake, dns });
        return [under.pem + fake.pem + root.pem, under.keyPem];
      },
    ],
    ['certificates.expired', async () => parts(await make({ cn: 'old', dns, from: start - 9 * day, to: start - day }))],
    ['certificates.notYetValid', async () => parts(await make({ cn: 'new', dns, from: start + day }))],
    [
      'certificates.expired',
      async () => {
        const old = await make({ cn: 'Old CA', of: root, ca: true, from: start - 9 * day, to: start - day });
        const under = await make({ cn: 'example.org', of: old, dns });
        return [under.pem + old.pem + root.pem, under.keyPem];
      },
    ],
    ['certificates.noNames', async () => parts(await make({ cn: 'example.org' }))],
    ['certificates.notForServers', async () => parts(await make({ cn: 'example.org', dns, usage: ['1.3.6.1.5.5.7.3.4'] }))],
    ['certificates.weakSignature', async () => parts(await make({ cn: 'example.org', dns, hash: 'SHA-1' }))],
    [
      'certificates.weakKey',
      async () => {
        const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
        const certificate = await make({
          cn: 'example.org',
          of: root,
          dns,
          publicKey: new x509.PublicKey(publicKey.export({ type: 'spki', format: 'der' }) as unknown as ArrayBuffer),
        });
        return [certificate.pem + root.pem, privateKey.export({ type: 'pkcs8', format: 'pem' }) as string];
      },
    ],
  ])('is refused with %s and changes nothing', async (code, input) => {
    const [certificatePem, keyPem] = await input();
    const { done, isReplaced } = await upload(certificatePem, keyPem);
    expect(done.ok ? 'accepted' : done.fault.code).toBe(code);
    expect(isReplaced).toBe(false);
  });
  const parts = ({ pem, keyPem }: Made): [string, string] => [pem, keyPem];

  it('may have a chain that ends below a known issuer when that is asked for, or when the issuer is a public authority', async () => {
    const allowed = await upload(leaf.pem, leaf.keyPem, true);
    expect(allowed.done.ok && allowed.done.value.warnings[0]).toContain('ends below "CN=Intermediate"');
    const known = await upload(leaf.pem + intermediate.pem, leaf.keyPem, false, {
      publicRoots: [...rootCertificates.slice(0, 2), root.pem],
    });
    expect(known.done.ok && known.done.value.warnings).toEqual([]);
  });

  it('is accepted with warnings when it names too little, is self-signed, or ends soon', async () => {
    const own = await make({ cn: 'example.org', dns: ['*.example.org'], to: start + 5 * day });
    const { done } = await upload(own.pem + intermediate.pem, own.keyPem);
    expect(done.ok && done.value.warnings).toEqual([
      'It is self-signed: clients warn until they are told to trust it.',
      'It does not name the domain example.org, domain xn--bcher-kva.example: clients that connect there will warn or refuse.',
      'It ends on 2026-06-06, in 5 days.',
      '1 of the certificates given does not belong to the chain and is left out.',
    ]);
  });

  it('fits a request whose key never left the server', async () => {
    const at = await open();
    const made = await at.certificates.createRequest('xmpp', {
      organization: 'Example, Inc.',
      names: ['chat.example.org'],
      keyType: 'ec-p256',
    });
    if (!made.ok) throw new Error(made.fault.message);
    expect(made.value.requestPem).not.toContain('PRIVATE');
    const request = new x509.Pkcs10CertificateRequest(made.value.requestPem);
    expect(await request.verify()).toBe(true);
    expect(request.subject).toContain('Example');
    expect((await at.certificates.get('xmpp')).request?.pem).toBe(made.value.requestPem);
    const signed = await make({ cn: 'example.org', of: root, dns: [...dns, 'chat.example.org'], publicKey: request.publicKey });
    const other = await at.certificates.replace(
      'xmpp',
      { certificatePem: leaf.pem + intermediate.pem + root.pem, allowIncompleteChain: false },
      'ana',
    );
    expect(other.ok || other.fault.code).toBe('certificates.requestMismatch');
    const done = await at.certificates.replace('xmpp', { certificatePem: signed.pem + root.pem, allowIncompleteChain: false }, 'ana');
    expect(done.ok && done.value.view.request).toBeNull();
    const bad = await at.certificates.createRequest('xmpp', { organization: '', names: ['not a name'], keyType: 'ec-p256' });
    expect(bad.ok || bad.fault.code).toBe('certificates.badName');
  });

  it('can be checked without being taken into use', async () => {
    const at = await open();
    const before = fingerprint(at.certificates);
    const checked = await at.certificates.check('xmpp', {
      certificatePem: leaf.pem + intermediate.pem + root.pem,
      keyPem: leaf.keyPem,
      allowIncompleteChain: false,
    });
    expect(checked.ok && checked.value.warnings).toEqual([]);
    expect(fingerprint(at.certificates)).toBe(before);
  });

  it('goes back to the one before, and forth again', async () => {
    const at = await open();
    const first = fingerprint(at.certificates);
    expect((await at.certificates.revert('xmpp', 'ana')).ok).toBe(false);
    await at.certificates.regenerate('xmpp', 'ana');
    const second = fingerprint(at.certificates);
    expect(second).not.toBe(first);
    expect((await at.certificates.get('xmpp')).previous?.fingerprint).toBe(first);
    expect((await at.certificates.revert('xmpp', 'ana')).ok).toBe(true);
    expect(fingerprint(at.certificates)).toBe(first);
    await at.certificates.revert('xmpp', 'ana');
    expect(fingerprint(at.certificates)).toBe(second);
    at.clock.advance(900 * day);
    const late = await at.certificates.revert('xmpp', 'ana');
    expect(late.ok || late.fault.code).toBe('certificates.previousExpired');
  });
});

describe('the end of a certificate', () => {
  it('is told at 30, 14, 7, 3 and 1 days and when it has come', async () => {
    const clock = createFakeClock(start);
    const { certificates } = await open({ clock });
    const { notAfter } = await certificates.get('xmpp');
    const at = (left: number) => {
      clock.advance(notAfter - left - clock.now());
      return certificates.expiring().find((notice) => notice.use === 'xmpp')?.step;
    };
    expect([31.5, 30.5, 14.5, 7.5, 3.5, 1.5, 0.5, -0.5].map((left) => at(left * day))).toEqual([undefined, 30, 14, 7, 3, 1, 1, 0]);
  });
});

describe('alternative names', () => {
  const names = {
    dns: ['example.org', '*.example.net'],
    ip: ['192.0.2.1', '2001:db8:0:0:0:0:0:1'],
    srv: ['_xmpp-client.example.com'],
    xmpp: ['bücher.example'],
  };

  it('read back as written, of any length', () => {
    expect(decodeAlternativeNames(encodeAlternativeNames(names))).toEqual(names);
    const many = { ...names, dns: Array.from({ length: 1_500 }, (_, i) => `host${i}.example.org`) };
    expect(decodeAlternativeNames(encodeAlternativeNames(many))).toEqual(many);
  });

  it('stop at damaged bytes and at 2,000 names (T-4)', () => {
    const der = encodeAlternativeNames(names);
    for (let cut = 0; cut < der.length; cut++) expect(() => decodeAlternativeNames(der.subarray(0, cut))).not.toThrow();
    const many = encodeAlternativeNames({ ...names, dns: Array.from({ length: 3_000 }, (_, i) => `h${i}.example`) });
    expect(decodeAlternativeNames(many).dns).toHaveLength(2_000);
  });

  it.each([
    ['example.org', true],
    ['EXAMPLE.org', true],
    ['a.example.net', true],
    ['a.b.example.net', false],
    ['example.net', false],
    ['example.com', true],
    ['net', false],
    ['192.0.2.1', true],
  ])('cover %s: %s', (domain, covered) => {
    expect(namesCover(names, domain)).toBe(covered);
  });
});
