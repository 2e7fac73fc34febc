import { createPrivateKey, X509Certificate } from 'node:crypto';
import { domainToASCII } from 'node:url';
import type { Clock } from '../kernel/clock.ts';
import type { EventHub } from '../kernel/events.ts';
import type { Fault } from '../kernel/faults.ts';
import type { Log } from '../kernel/log.ts';
import { ok, type Result, refuse } from '../kernel/result.ts';
import { type AlternativeNames, decodeAlternativeNames, namesCover } from './alternative-names.ts';
import { certificateFaults } from './certificate-faults.ts';
import { type CertificateUse, certificateUses, createCertificateFiles } from './certificate-files.ts';
import {
  type CheckAgainst,
  type CheckedCertificate,
  checkCertificate,
  dayOf,
  isSelfSigned,
  keyTypeText,
  readCertificates,
  subjectText,
} from './check-certificate.ts';
import { type KeyType, makeRequest, makeSelfSigned, readExtras } from './make-certificate.ts';

/** What a TLS listener needs. New connections use it from the moment `onChange` has told; open ones keep theirs. */
export interface TlsCredentials {
  readonly keyPem: string;
  /** Server certificate and its issuers. */
  readonly chainPem: string;
  /** DER of the server certificate, for `tls-server-end-point` (RFC 5929 §4). */
  readonly certificate: Buffer;
}

export interface CertificateSummary {
  readonly subject: string;
  readonly issuer: string;
  readonly notBefore: number;
  readonly notAfter: number;
  /** SHA-256, upper-case hex with colons. */
  readonly fingerprint: string;
  readonly serial: string;
}
export interface CertificateView extends CertificateSummary {
  readonly use: CertificateUse;
  readonly title: string;
  /** Whole days until it ends; negative when it has. */
  readonly daysLeft: number;
  readonly keyType: string;
  readonly signatureHash: string;
  readonly selfSigned: boolean;
  readonly names: AlternativeNames;
  /** Hosted domains (for the console: host names) that it does not name. */
  readonly missingNames: readonly string[];
  readonly chain: readonly CertificateSummary[];
  readonly chainPem: string;
  readonly previous: CertificateSummary | null;
  readonly request: { readonly createdAt: number; readonly pem: string } | null;
}
export interface CertificateUpload {
  readonly certificatePem: string;
  readonly keyPem?: string | undefined;
  readonly allowIncompleteChain: boolean;
}
export interface ExpiryNotice {
  readonly use: CertificateUse;
  readonly title: string;
  readonly daysLeft: number;
  readonly notAfter: number;
  readonly selfSigned: boolean;
  /** The alarm step reached (T-6): 30, 14, 7, 3, 1 days, 0 when it has ended. */
  readonly step: number;
}

export interface Certificates {
  credentials(use: CertificateUse): TlsCredentials;
  onChange(fn: (use: CertificateUse) => void): () => void;
  list(): Promise<readonly CertificateView[]>;
  get(use: CertificateUse): Promise<CertificateView>;
  /** Checks an upload and changes nothing. */
  check(use: CertificateUse, upload: CertificateUpload): Promise<Result<CheckedCertificate, Fault>>;
  /** A new key and request; an earlier waiting one is dropped. `names` are added to those the server works out. */
  createRequest(
    use: CertificateUse,
    input: { commonName?: string | undefined; organization: string; names: readonly string[]; keyType: KeyType },
  ): Promise<Result<{ requestPem: string }, Fault>>;
  replace(
    use: CertificateUse,
    upload: CertificateUpload,
    by: string,
  ): Promise<Result<{ view: CertificateView; warnings: readonly string[] }, Fault>>;
  /** Takes the earlier certificate back; the present one becomes the earlier. */
  revert(use: CertificateUse, by: string): Promise<Result<CertificateView, Fault>>;
  regenerate(use: CertificateUse, by: string): Promise<Result<CertificateView, Fault>>;
  /** Certificates with 30 days or fewer left. */
  expiring(): readonly ExpiryNotice[];
  /** Names that clients connect by and that a certificate does not hold, for example of a domain added after it was made. */
  missingNames(): readonly {
    readonly use: CertificateUse;
    readonly title: string;
    readonly names: readonly string[];
    readonly selfSigned: boolean;
  }[];
  /** Writes a log line when a certificate has reached the next step; call it now and then. */
  watchExpiry(): void;
}

export const certificateTitles: Readonly<Record<CertificateUse, string>> = { xmpp: 'XMPP clients', console: 'Console and API' };
const selfSignedDays = 825;
const steps = [0, 1, 3, 7, 14, 30];

interface Loaded {
  readonly keyPem: string;
  readonly chain: readonly X509Certificate[];
}
const namesOf = (leaf: X509Certificate): AlternativeNames =>
  decodeAlternativeNames(readExtras(leaf.raw).alternativeNames ?? Buffer.alloc(0));

/** Loads the certificates, or makes self-signed ones at first start. Refused when the folder cannot be written. */
export async function createCertificates(deps: {
  readonly dataDir: string;
  readonly hostName: string;
  /** Hosted domains, the default one first. Asked at each use. */
  readonly domains: () => readonly string[];
  /** PEM of public authorities (`tls.rootCertificates`). */
  readonly publicRoots: readonly string[];
  readonly events: EventHub;
  readonly clock: Clock;
  readonly log: Log;
}): Promise<Result<Certificates, Fault>> {
  const { clock, log } = deps;
  const hosted = (): string[] => [...new Set(deps.domains())];
  const files = createCertificateFiles(deps.dataDir);
  const current = new Map<CertificateUse, Loaded>();
  const listeners = new Set<(use: CertificateUse) => void>();
  const told = new Map<CertificateUse, number>();
  /** Read once per certificate: alarms ask each second. */
  const names = new Map<string, AlternativeNames>();
  let queue: Promise<unknown> = Promise.resolve();

  /** One change after another, so that two administrators cannot mix their files. */
  function inTurn<T>(work: () => Promise<Result<T, Fault>>): Promise<Result<T, Fault>> {
    const run = queue.then(async () => {
      try {
        return await work();
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (typeof code !== 'string') throw error;
        log.error('certificates.folder-failed', { folder: files.folder, error });
        return refuse(certificateFaults.notWritable({ path: files.folder, why: code }));
      }
    });
    queue = run.catch(() => undefined);
    return run;
  }

  const wanted = (use: CertificateUse): CheckAgainst['wanted'] => {
    const host = domainToASCII(deps.hostName);
    if (use === 'console') return host === '' ? [] : [{ name: host, is: 'host' }];
    return hosted().map((domain) => ({ name: domainToASCII(domain), is: 'domain' }));
  };
  const against = (use: CertificateUse): CheckAgainst => ({ now: clock.now(), wanted: wanted(use), publicRoots: deps.publicRoots });

  function ownNames(use: CertificateUse): AlternativeNames {
    const domains = hosted().map((d) => domainToASCII(d));
    const hosts = [...domains, domainToASCII(deps.hostName), 'localhost'].filter((name) => name !== '' && !isAddress(name));
    return {
      dns: [...new Set(hosts)],
      ip: [...new Set(['127.0.0.1', '::1', ...domains.filter(isAddress)])],
      // RFC 6120 §13.7.1.4: a client that resolved `_xmpp-client` may check these instead of the host name.
      srv: use === 'xmpp' ? domains.filter((d) => !isAddress(d)).map((d) => `_xmpp-client.${d}`) : [],
      xmpp: use === 'xmpp' ? hosted() : [],
    };
  }

  const bundle = (keyPem: string, chain: readonly X509Certificate[]) => keyPem + chain.map((c) => c.toString()).join('');

  async function install(use: CertificateUse, next: Loaded): Promise<void> {
    const old = current.get(use);
    if (old) await files.write(use, 'previous', bundle(old.keyPem, old.chain));
    await files.write(use, 'current', bundle(next.keyPem, next.chain));
    current.set(use, next);
    told.delete(use);
  }

  function announce(use: CertificateUse, by: string): void {
    const fingerprint = current.get(use)?.chain[0]?.fingerprint256 ?? '';
    log.info('certificates.replaced', { use, fingerprint, by });
    for (const fn of listeners) {
      try {
        fn(use);
      } catch (error) {
        log.error('certificates.listener-failed', { use, error });
      }
    }
    deps.events.emit('certificate.changed', { use, fingerprint, by });
  }

  async function selfSigned(use: CertificateUse): Promise<Loaded> {
    const names = ownNames(use);
    const made = await makeSelfSigned({
      commonName: (use === 'xmpp' ? hosted()[0] : deps.hostName) ?? 'localhost',
      organization: 'Rollcall self-signed',
      names,
      from: clock.now(),
      days: selfSignedDays,
    });
    return { keyPem: made.keyPem, chain: [new X509Certificate(made.certificatePem)] };
  }

  /** A stored pair was checked when it was uploaded; dates and names may have changed since, and are alarms, not refusals. */
  function readBundle(pem: string): Loaded | null {
    const read = readCertificates(pem);
    const key = /-----BEGIN PRIVATE KEY-----[\s\S]+?-----END PRIVATE KEY-----\n?/.exec(pem)?.[0];
    const leaf = read.ok ? read.value[0] : undefined;
    if (!read.ok || !key || !leaf) return null;
    try {
      return leaf.checkPrivateKey(createPrivateKey(key)) ? { keyPem: key, chain: read.value } : null;
    } catch {
      return null;
    }
  }

  async function load(use: CertificateUse): Promise<void> {
    const stored = await files.read(use, 'current');
    const loaded = stored ? readBundle(stored.pem) : null;
    if (stored && !loaded) {
      log.error('certificates.file-unusable', { use, folder: files.folder, kept: `${use}.unusable.pem` });
      await files.setAside(use);
    }
    const leaf = loaded?.chain[0];
    // Nobody else can renew what we signed ourselves, so one that has ended is made anew at start.
    if (loaded && leaf && !(isSelfSigned(leaf) && Date.parse(leaf.validTo) <= clock.now())) current.set(use, loaded);
    else {
      await install(use, await selfSigned(use));
      log.info('certificates.self-signed-made', { use });
    }
  }

  function coveredBy(leaf: X509Certificate): AlternativeNames {
    const known = names.get(leaf.fingerprint256);
    if (known) return known;
    names.clear();
    for (const { chain } of current.values()) if (chain[0]) names.set(chain[0].fingerprint256, namesOf(chain[0]));
    return names.get(leaf.fingerprint256) ?? namesOf(leaf);
  }

  const pair = (use: CertificateUse): { keyPem: string; chain: readonly X509Certificate[]; leaf: X509Certificate } => {
    const loaded = current.get(use);
    const leaf = loaded?.chain[0];
    if (!loaded || !leaf) throw new Error(`The certificate for ${use} was asked for before it was loaded.`);
    return { ...loaded, leaf };
  };

  async function view(use: CertificateUse): Promise<CertificateView> {
    const { chain, leaf, keyPem } = pair(use);
    const previous = await files.read(use, 'previous');
    const previousLeaf = previous ? readBundle(previous.pem)?.chain[0] : undefined;
    const request = await files.read(use, 'request');
    const requestPem = request ? requestOf(request.pem) : null;
    return {
      use,
      title: certificateTitles[use],
      ...summary(leaf),
      daysLeft: daysLeft(leaf, clock.now()),
      keyType: keyTypeText(createPrivateKey(keyPem)),
      signatureHash: readExtras(leaf.raw).signatureHash,
      selfSigned: isSelfSigned(leaf),
      names: coveredBy(leaf),
      missingNames: wanted(use).flatMap(({ name }) => (namesCover(coveredBy(leaf), name) ? [] : [name])),
      chain: chain.slice(1).map(summary),
      chainPem: chain.map((c) => c.toString()).join(''),
      // The same certificate in both places is what a node killed during a replacement leaves.
      previous: previousLeaf && previousLeaf.fingerprint256 !== leaf.fingerprint256 ? summary(previousLeaf) : null,
      request: request && requestPem ? { createdAt: request.changedAt, pem: requestPem } : null,
    };
  }

  async function check(use: CertificateUse, upload: CertificateUpload): Promise<Result<CheckedCertificate, Fault>> {
    const request = await files.read(use, 'request');
    const checked = checkCertificate({ ...upload, requestKeyPem: request?.pem }, against(use));
    if (checked.ok && checked.value.chain[0]?.fingerprint256 === pair(use).leaf.fingerprint256) return refuse(certificateFaults.same());
    return checked;
  }

  const certificates: Certificates = {
    credentials(use) {
      const { keyPem, chain, leaf } = pair(use);
      return { keyPem, chainPem: chain.map((c) => c.toString()).join(''), certificate: leaf.raw };
    },
    onChange(fn) {
      listeners.add(fn);
      return () => listeners.delete(fn);
    },
    list: () => Promise.all(certificateUses.map(view)),
    get: view,
    check: (use, upload) => inTurn(() => check(use, upload)),
    createRequest: (use, input) =>
      inTurn(async () => {
        const own = ownNames(use);
        const extra: string[] = [];
        for (const name of input.names) {
          const ascii = name.startsWith('*.') ? `*.${domainToASCII(name.slice(2))}` : domainToASCII(name);
          if (!isAddress(name) && !/^(\*\.)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(ascii))
            return refuse(certificateFaults.badName({ name }));
          extra.push(isAddress(name) ? name : ascii);
        }
        // Authorities refuse names that are not in the public DNS, so the machine's own are left out.
        const dns = own.dns.filter((name) => name.includes('.'));
        const made = await makeRequest({
          commonName: input.commonName || extra[0] || dns[0] || own.dns[0] || 'localhost',
          organization: input.organization,
          keyType: input.keyType,
          names: {
            dns: [...new Set([...(dns.length > 0 ? dns : own.dns), ...extra.filter((n) => !isAddress(n))])],
            ip: extra.filter(isAddress),
            srv: own.srv.filter((name) => dns.includes(name.slice('_xmpp-client.'.length))),
            xmpp: own.xmpp.filter((name) => dns.includes(domainToASCII(name))),
          },
        });
        await files.write(use, 'request', made.keyPem + made.requestPem);
        return ok({ requestPem: made.requestPem });
      }),
    replace: (use, upload, by) =>
      inTurn(async () => {
        const checked = await check(use, upload);
        if (!checked.ok) return checked;
        await install(use, { keyPem: checked.value.keyPem, chain: checked.value.chain });
        const request = await files.read(use, 'request');
        const leaf = checked.value.chain[0];
        if (request && leaf?.checkPrivateKey(createPrivateKey(request.pem))) await files.remove(use, 'request');
        announce(use, by);
        return ok({ view: await view(use), warnings: checked.value.warnings });
      }),
    revert: (use, by) =>
      inTurn(async () => {
        const stored = await files.read(use, 'previous');
        const previous = stored ? readBundle(stored.pem) : null;
        const leaf = previous?.chain[0];
        if (!previous || !leaf || leaf.fingerprint256 === pair(use).leaf.fingerprint256) return refuse(certificateFaults.noPrevious());
        if (Date.parse(leaf.validTo) <= clock.now()) return refuse(certificateFaults.previousExpired({ date: dayOf(leaf.validTo) }));
        await install(use, previous);
        announce(use, by);
        return ok(await view(use));
      }),
    regenerate: (use, by) =>
      inTurn(async () => {
        await install(use, await selfSigned(use));
        announce(use, by);
        return ok(await view(use));
      }),
    expiring() {
      const now = clock.now();
      return certificateUses.flatMap((use) => {
        const { leaf } = pair(use);
        const left = daysLeft(leaf, now);
        const step = Date.parse(leaf.validTo) <= now ? 0 : steps.find((s) => s > 0 && left <= s);
        return step === undefined
          ? []
          : [
              {
                use,
                title: certificateTitles[use],
                daysLeft: left,
                notAfter: Date.parse(leaf.validTo),
                selfSigned: isSelfSigned(leaf),
                step,
              },
            ];
      });
    },
    missingNames: () =>
      certificateUses.flatMap((use) => {
        const { leaf } = pair(use);
        const missing = wanted(use).flatMap(({ name }) => (namesCover(coveredBy(leaf), name) ? [] : [name]));
        return missing.length === 0 ? [] : [{ use, title: certificateTitles[use], names: missing, selfSigned: isSelfSigned(leaf) }];
      }),
    watchExpiry() {
      for (const { use, step, daysLeft: left, notAfter } of certificates.expiring()) {
        if ((told.get(use) ?? Number.POSITIVE_INFINITY) <= step) continue;
        told.set(use, step);
        log.warn('certificates.expiring', { use, daysLeft: left, ends: dayOf(notAfter) });
      }
    },
  };

  const started = await inTurn(async () => {
    for (const use of certificateUses) await load(use);
    return ok(undefined);
  });
  return started.ok ? ok(certificates) : started;
}

const isAddress = (text: string): boolean => /^\d{1,3}(\.\d{1,3}){3}$/.test(text) || text.includes(':');
const daysLeft = (certificate: X509Certificate, now: number): number => Math.floor((Date.parse(certificate.validTo) - now) / 86_400_000);
const requestOf = (pem: string): string | null =>
  /-----BEGIN CERTIFICATE REQUEST-----[\s\S]+-----END CERTIFICATE REQUEST-----\n?/.exec(pem)?.[0] ?? null;
const summary = (certificate: X509Certificate): CertificateSummary => ({
  subject: subjectText(certificate.subject),
  issuer: subjectText(certificate.issuer),
  notBefore: Date.parse(certificate.validFrom),
  notAfter: Date.parse(certificate.validTo),
  fingerprint: certificate.fingerprint256,
  serial: certificate.serialNumber,
});
