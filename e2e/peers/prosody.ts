import { execFileSync } from 'node:child_process';
import { createHash, createHmac, pbkdf2Sync, randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Peer, type PeerOptions, ringContacts } from './peer.ts';
import {
  answers,
  freePort,
  handOver,
  isInstalled,
  lastLines,
  makeCertificate,
  removeFolder,
  startDaemon,
  temporaryFolder,
  until,
} from './process.ts';

export const prosodyInstalled = (): boolean => isInstalled('prosody');

/** Prosody encodes every byte of a file name that is not a letter, a digit or one of `_`. */
const fileName = (text: string): string =>
  [...Buffer.from(text)]
    .map((byte) => (/[A-Za-z0-9_]/.test(String.fromCharCode(byte)) ? String.fromCharCode(byte) : `%${byte.toString(16).padStart(2, '0')}`))
    .join('');

const iterations = 10_000;

/**
 * Hashed accounts in the form of `internal_hashed`. All share one salted password's cost only when they share salt and password, which they do
 * not: so this takes about 5 ms of CPU an account.
 */
function hashedAccount(password: string): string {
  const salt = randomUUID();
  const salted = pbkdf2Sync(password, salt, iterations, 20, 'sha1');
  const hmac = (text: string) => createHmac('sha1', salted).update(text).digest();
  const stored = createHash('sha1').update(hmac('Client Key')).digest('hex');
  return `return { ["salt"] = "${salt}"; ["iteration_count"] = ${iterations}; ["stored_key"] = "${stored}"; ["server_key"] = "${hmac('Server Key').toString('hex')}"; };\n`;
}

/** A Prosody of our own in a temporary folder, with the modules that Rollcall's default set corresponds to, no limits, little logging. */
export async function startProsody(options: PeerOptions): Promise<Peer> {
  const folder = temporaryFolder('prosody');
  const port = await freePort();
  const { domain } = options;
  const tls = makeCertificate(folder, domain);
  const host = join(folder, 'data', fileName(domain));
  mkdirSync(join(host, 'accounts'), { recursive: true });
  mkdirSync(join(host, 'roster'), { recursive: true });
  for (let index = 1; index <= options.accounts; index++) {
    writeFileSync(join(host, 'accounts', `u${index}.dat`), hashedAccount(`p${index}`));
    if (!options.contacts) continue;
    const items = ringContacts(index, options.accounts, options.contacts).map(
      (other) => `["u${other}@${domain}"] = { ["subscription"] = "both"; ["groups"] = {}; };`,
    );
    writeFileSync(
      join(host, 'roster', `u${index}.dat`),
      `return { [false] = { ["version"] = 1; ["pending"] = {}; }; ${items.join(' ')} };\n`,
    );
  }
  const config = join(folder, 'prosody.cfg.lua');
  writeFileSync(
    config,
    `pidfile = "${folder}/prosody.pid"
data_path = "${folder}/data"
interfaces = { "127.0.0.1" }
use_ipv6 = false
c2s_ports = { ${port} }
s2s_ports = {} http_ports = {} https_ports = {} c2s_direct_tls_ports = {} s2s_direct_tls_ports = {}
gc = { mode = "incremental"; threshold = 200; speed = 500 }
modules_enabled = { "roster"; "saslauth"; "tls"; "disco"; "presence"; "message"; "iq"; "ping"; "pep"; "private"; "blocklist";
  "vcard4"; "vcard_legacy"; "carbons"; "smacks"; "csi"; "offline"; "time"; "version"; ${options.archive ? '"mam";' : ''} }
modules_disabled = { "s2s"; "limits" }
allow_registration = false
authentication = "internal_hashed"
storage = "internal"
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
archive_expires_after = "never"
default_archive_policy = true
smacks_hibernation_time = 600
log = { error = "${folder}/prosody.log" }
VirtualHost "${domain}"
  ssl = { key = "${tls.key}"; certificate = "${tls.certificate}"; protocol = "tlsv1_2+" }
${options.rooms ? `Component "conference.${domain}" "muc"\n` : ''}`,
  );
  handOver(folder);
  const launch = () => startDaemon('prosody', ['-F', '--config', config], folder);
  let daemon = launch();
  const untilItListens = () =>
    until('Prosody listens', async () => {
      if (daemon.exited)
        throw new Error(`Prosody ended:\n${lastLines(join(folder, 'output.log'))}\n${lastLines(join(folder, 'prosody.log'))}`);
      return answers(port);
    });
  try {
    await untilItListens();
  } catch (problem) {
    await daemon.stop();
    removeFolder(folder);
    throw problem;
  }
  return {
    name: 'Prosody',
    version: versionOf('prosody'),
    host: '127.0.0.1',
    port,
    domain,
    pids: () => [daemon.pid],
    notes: [`SCRAM-SHA-1 with ${iterations.toLocaleString('en')} iterations`, 'internal storage, no fsync'],
    async restart() {
      await daemon.stop();
      daemon = launch();
      await untilItListens();
    },
    async stop() {
      await daemon.stop();
      removeFolder(folder);
    },
  };
}

/** Version of the Debian package. */
export function versionOf(name: string): string {
  try {
    const said = execFileSync('dpkg-query', ['-W', name], { encoding: 'utf8' });
    return (said.split('\t')[1] ?? '').trim().replace(/[-+].*/, '');
  } catch {
    return 'unknown version';
  }
}
