import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import type { ConsoleValues } from '../config/schema/index.ts';
import type { Live } from '../kernel/live.ts';
import type { Certificates } from '../security/index.ts';

/**
 * Security reference W-19: which names of this server a request may carry in `Host`. A page of somebody else whose name was made to
 * point here (DNS rebinding) is thereby no page of ours, and no link is ever made from a name that somebody chose.
 *
 * Every literal address passes: a browser sends one only when it was told to go to that address, so no foreign page stands behind it, and
 * an address may be one that only a router in front knows.
 */
export function createHostNames(deps: {
  /** What the listeners are bound to; a name counts, an address passes anyway. */
  readonly binds: readonly string[];
  readonly hostName: string;
  readonly domains: Live<ReadonlySet<string>>;
  readonly settings: Live<ConsoleValues>;
  readonly certificates: Pick<Certificates, 'credentials' | 'onChange'>;
}): {
  /** `host` as the header has it, with or without a port. */
  isOurs(host: string | undefined): boolean;
  stop(): void;
} {
  let known: ReadonlySet<string> | null = null;
  const forget = () => {
    known = null;
  };
  const following = [
    deps.domains.onChange(forget),
    deps.settings.onChange(forget),
    deps.certificates.onChange((use) => {
      if (use === 'console') forget();
    }),
  ];

  function read(): ReadonlySet<string> {
    const certificate = new X509Certificate(deps.certificates.credentials('console').certificate);
    const named = [...(certificate.subjectAltName ?? '').matchAll(/DNS:([^,"\s]+)/g)].map(([, name]) => name ?? '');
    const names = ['localhost', deps.hostName, ...deps.binds, ...deps.domains.get(), ...deps.settings.get().hostNames, ...named];
    return new Set(names.map(plain).filter((name) => name !== ''));
  }

  return {
    isOurs(host) {
      const name = nameIn(host);
      if (name === null) return false;
      if (isIP(name.replace(/^\[|\]$/g, '')) !== 0) return true;
      known ??= read();
      // A wildcard stands for one left-most label (T-4); `*.localhost` is always this machine (RFC 6761 §6.3).
      return known.has(name) || name.endsWith('.localhost') || known.has(`*.${name.slice(name.indexOf('.') + 1)}`);
    },
    stop() {
      for (const off of following) off();
    },
  };
}

const plain = (name: string): string => {
  const bare = name.trim().toLowerCase().replace(/\.$/, '');
  return bare.startsWith('*.') ? `*.${domainToASCII(bare.slice(2))}` : domainToASCII(bare);
};

/** The name without its port, lower case, without the dot of the root; null for what is no name. */
function nameIn(host: string | undefined): string | null {
  const parts = /^(\[[0-9a-f:.]+\]|[^:[\]/\\@?#*\s]+)(?::\d{1,5})?$/i.exec(host ?? '');
  const name = parts?.[1]?.toLowerCase().replace(/\.$/, '');
  return name === undefined || name === '' ? null : name;
}
