/**
 * The few things a node must know before it has a database. The only reader of the environment; everything else is a
 * setting (lib/config/schema), lives in the database and changes without a restart.
 */
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { domainToASCII, domainToUnicode } from 'node:url';
import type { Fault } from '../kernel/faults.ts';
import { ok, type Result, refuse } from '../kernel/result.ts';
import { environmentFaults, settingFaults } from './faults.ts';
import { nearestName } from './nearest.ts';

export interface Environment {
  /** Absolute. */
  readonly dataDir: string;
  /** Address of all public listeners. */
  readonly bind: string;
  /** Address of the listener without TLS. */
  readonly httpBind: string;
  /** 0 turns a listener off. */
  readonly ports: {
    readonly http: number;
    readonly https: number;
    readonly xmpp: number;
    readonly xmpps: number;
    readonly s2s: number;
    readonly sip: number;
    readonly sips: number;
  };
  /** Default IM domain at first start. */
  readonly domain: string;
  readonly adminUsername: string;
  /** Null: one is generated. */
  readonly adminPassword: string | null;
  readonly nodeName: string;
  /** Host name of the machine, for certificates. */
  readonly hostName: string;
  /** Null: the embedded database. */
  readonly databaseUrl: string | null;
  /** Null: the in-process bus. */
  readonly natsUrl: string | null;
  /** What the nodes of a cluster know each other by; null: the file `cluster-secret` in the data folder. */
  readonly clusterSecret: string | null;
  /** Absolute; null: none. */
  readonly settingsFile: string | null;
  readonly mode: 'production' | 'development' | 'test';
  /** Output goes to a terminal. */
  readonly interactive: boolean;
  /** Sentences about variables that start with `ROLLCALL_` and mean nothing. */
  readonly warnings: readonly string[];
}

const names = [
  'ROLLCALL_DATA_DIR',
  'ROLLCALL_BIND',
  'ROLLCALL_HTTP_BIND',
  'ROLLCALL_HTTP_PORT',
  'ROLLCALL_HTTPS_PORT',
  'ROLLCALL_XMPP_PORT',
  'ROLLCALL_XMPPS_PORT',
  'ROLLCALL_S2S_PORT',
  'ROLLCALL_SIP_PORT',
  'ROLLCALL_SIPS_PORT',
  'ROLLCALL_DOMAIN',
  'ROLLCALL_ADMIN_USERNAME',
  'ROLLCALL_ADMIN_PASSWORD',
  'ROLLCALL_NODE',
  'ROLLCALL_SETTINGS',
  'ROLLCALL_CLUSTER_SECRET',
] as const;

/** Reads and checks the environment; the refusal names the variable and what it accepts. */
export function loadEnvironment(env: Readonly<Record<string, string | undefined>> = process.env): Result<Environment, Fault> {
  const faults: Fault[] = [];
  const text = (name: string, fallback: string): string => {
    const value = env[name]?.trim();
    return value === undefined || value === '' ? fallback : value;
  };
  const refuseValue = (name: string, value: string, why: string) => faults.push(environmentFaults.invalid({ name, value, why }));
  const port = (name: string, fallback: number): number => {
    const value = text(name, String(fallback));
    const n = Number(value);
    if (/^\d{1,5}$/.test(value) && n <= 65_535) return n;
    refuseValue(name, value, 'a port is a number from 1 to 65535, or 0 to turn the listener off.');
    return fallback;
  };
  const address = (name: string, fallback: string): string => {
    const value = text(name, fallback);
    if (/^[0-9a-fA-F:.]+$/.test(value) || /^[a-zA-Z0-9][a-zA-Z0-9.-]*$/.test(value)) return value;
    refuseValue(name, value, 'an address is an IPv4 or IPv6 address or a host name.');
    return fallback;
  };
  const url = (name: string, schemes: readonly string[]): string | null => {
    const value = text(name, '');
    if (value === '') return null;
    // The value may hold a password, so the refusal does not repeat it.
    const first = value.split(',')[0] ?? '';
    if (URL.canParse(first) && schemes.includes(new URL(first).protocol)) return value;
    refuseValue(name, '(not shown)', `it must be a URL that starts with ${schemes.map((s) => `${s}//`).join(' or ')}`);
    return null;
  };

  const host = hostname();
  const domain = prepareDomain(text('ROLLCALL_DOMAIN', 'localhost'));
  if (domain === null)
    refuseValue(
      'ROLLCALL_DOMAIN',
      text('ROLLCALL_DOMAIN', ''),
      'a domain has labels of letters, digits and hyphens, separated by dots, 255 characters at most.',
    );
  const nodeName = text('ROLLCALL_NODE', host);
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(nodeName))
    refuseValue('ROLLCALL_NODE', nodeName, 'a node name has 1 to 63 letters, digits, dots, hyphens and underscores.');
  const adminUsername = text('ROLLCALL_ADMIN_USERNAME', 'admin');
  if (!/^[^\s\u0000-\u001f\u007f]{1,64}$/u.test(adminUsername))
    refuseValue('ROLLCALL_ADMIN_USERNAME', adminUsername, 'a user name has 1 to 64 characters and no spaces.');
  const settingsFile = text('ROLLCALL_SETTINGS', '');
  const mode = text('NODE_ENV', 'production');
  const clusterSecret = text('ROLLCALL_CLUSTER_SECRET', '');
  if (clusterSecret !== '' && clusterSecret.length < 16)
    refuseValue('ROLLCALL_CLUSTER_SECRET', '(not shown)', 'a join secret has at least 16 characters.');

  const environment: Environment = {
    dataDir: resolve(text('ROLLCALL_DATA_DIR', 'data')),
    bind: address('ROLLCALL_BIND', '0.0.0.0'),
    httpBind: address('ROLLCALL_HTTP_BIND', '127.0.0.1'),
    ports: {
      http: port('ROLLCALL_HTTP_PORT', 8080),
      https: port('ROLLCALL_HTTPS_PORT', 8443),
      xmpp: port('ROLLCALL_XMPP_PORT', 5222),
      xmpps: port('ROLLCALL_XMPPS_PORT', 5223),
      s2s: port('ROLLCALL_S2S_PORT', 5269),
      sip: port('ROLLCALL_SIP_PORT', 5060),
      sips: port('ROLLCALL_SIPS_PORT', 5061),
    },
    domain: domain ?? 'localhost',
    adminUsername,
    // Not trimmed: a password may begin with a space. Empty counts as not given.
    adminPassword: env.ROLLCALL_ADMIN_PASSWORD || null,
    nodeName,
    hostName: host,
    databaseUrl: url('DATABASE_URL', ['postgresql:', 'postgres:']),
    natsUrl: url('NATS_URL', ['nats:', 'tls:']),
    clusterSecret: clusterSecret === '' ? null : clusterSecret,
    settingsFile: settingsFile === '' ? null : resolve(settingsFile),
    mode: mode === 'development' || mode === 'test' ? mode : 'production',
    interactive: process.stdout.isTTY === true,
    warnings: Object.keys(env)
      .filter((name) => name.startsWith('ROLLCALL_') && !(names as readonly string[]).includes(name))
      .map((name) => {
        const near = nearestName(name, names);
        return `${name} means nothing to Rollcall.${near ? ` Did you mean ${near}?` : ''}`;
      }),
  };
  const [first] = faults;
  return first ? refuse(first) : ok(environment);
}

/** The form of RFC 7622 §3.2: Unicode labels, lower case, no trailing dot. Null when it is no domain. */
function prepareDomain(text: string): string | null {
  const plain = text.endsWith('.') ? text.slice(0, -1) : text;
  const ascii = domainToASCII(plain);
  if (ascii === '' || ascii.length > 255 || ascii.split('.').some((label) => !/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(label)))
    return null;
  return domainToUnicode(ascii);
}

/**
 * The settings file: JSON, either flat (`{"im.enabled": false}`) or by section (`{"im": {"enabled": false}}`). Keys and values are
 * checked by the registry when it applies them.
 */
export async function loadSettingsFile(path: string | null): Promise<Result<Readonly<Record<string, unknown>>, Fault>> {
  if (path === null) return ok({});
  const bad = (why: string) => refuse(settingFaults.unreadableFile({ path, why }));
  let content: unknown;
  try {
    content = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    return bad(
      error instanceof SyntaxError
        ? `it is not JSON (${error.message}).`
        : 'it cannot be read; check that it exists and that the server may read it.',
    );
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content))
    return bad('it must be one JSON object of settings and values.');
  const flat: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(content)) {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      for (const [name, inner] of Object.entries(value)) flat[`${key}.${name}`] = inner;
    } else {
      flat[key] = value;
    }
  }
  return ok(flat);
}
