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
import { versionOf } from './prosody.ts';

export const ejabberdInstalled = (): boolean => isInstalled('ejabberdctl') && isInstalled('erl');

/** An ejabberd of our own in a temporary folder: no distribution (so no epmd), Mnesia, no shapers, busy waiting off so that its CPU seconds mean work. */
export async function startEjabberd(options: PeerOptions): Promise<Peer> {
  const folder = temporaryFolder('ejabberd');
  const port = await freePort();
  const http = await freePort();
  const { domain } = options;
  const tls = makeCertificate(folder, domain);
  mkdirSync(join(folder, 'spool'));
  writeFileSync(
    join(folder, 'ejabberd.yml'),
    `hosts: ["${domain}"]
loglevel: error
certfiles: [ "${tls.both}" ]
auth_method: internal
auth_password_format: scram
listen:
  - { port: ${port}, ip: "127.0.0.1", module: ejabberd_c2s, starttls: true, starttls_required: false, access: all, shaper: none, max_stanza_size: 262144, backlog: 1024 }
  - { port: ${http}, ip: "127.0.0.1", module: ejabberd_http, request_handlers: { /api: mod_http_api } }
acl: { loopback: { ip: [127.0.0.0/8] } }
api_permissions:
  "benchmark": { from: [mod_http_api], who: { access: { allow: { acl: loopback } } }, what: "*" }
modules:
  mod_disco: {}
  mod_roster: { versioning: true }
  mod_ping: {}
  mod_http_api: {}
  mod_admin_extra: {}
  mod_offline: {}
  mod_last: {}
  mod_private: {}
  mod_privacy: {}
  mod_blocking: {}
  mod_caps: {}
  mod_carboncopy: {}
  mod_vcard: {}
  mod_pubsub: { plugins: [flat, pep] }
  mod_stream_mgmt: {}
  mod_client_state: {}
  mod_time: {}
  mod_version: {}
${options.rooms ? '  mod_muc: { host: "conference.@HOST@", max_users: 5000, default_room_options: { max_users: 5000 }, user_presence_shaper: none, user_message_shaper: none, room_shaper: none, max_user_conferences: 1000, min_message_interval: 0, min_presence_interval: 0 }\n' : ''}${options.archive ? '  mod_mam: { default: always, assume_mam_usage: false }\n' : ''}`,
  );
  const users: string[] = [];
  for (let index = 1; index <= options.accounts; index++) {
    const items = options.contacts
      ? `<query xmlns='jabber:iq:roster'>${ringContacts(index, options.accounts, options.contacts)
          .map((other) => `<item jid='u${other}@${domain}' subscription='both'/>`)
          .join('')}</query>`
      : '';
    users.push(`<user name='u${index}' password='p${index}'>${items}</user>`);
  }
  // XEP-0227, the import format that ejabberd itself documents.
  writeFileSync(
    join(folder, 'accounts.xml'),
    `<?xml version='1.0' encoding='UTF-8'?><server-data xmlns='urn:xmpp:pie:0'><host jid='${domain}'>${users.join('\n')}</host></server-data>`,
  );
  handOver(folder);
  const launch = () =>
    startDaemon(
      'erl',
      [
        '+K',
        'true',
        '+S',
        '2:2',
        '+sbwt',
        'none',
        '+sbwtdcpu',
        'none',
        '+sbwtdio',
        'none',
        '+P',
        '250000',
        '-noinput',
        '-mnesia',
        'dir',
        `"${folder}/spool"`,
        '-s',
        'ejabberd',
      ],
      folder,
      {
        EJABBERD_CONFIG_PATH: join(folder, 'ejabberd.yml'),
        EJABBERD_LOG_PATH: join(folder, 'ejabberd.log'),
        ERL_CRASH_DUMP: join(folder, 'crash.dump'),
        ERL_LIBS: '/usr/lib/x86_64-linux-gnu',
      },
    );
  let daemon = launch();
  const api = async (command: string, body: unknown): Promise<string> => {
    const response = await fetch(`http://127.0.0.1:${http}/api/${command}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`ejabberd refused ${command}: ${response.status} ${await response.text()}`);
    return response.text();
  };
  const untilItListens = () =>
    until(
      'ejabberd listens',
      async () => {
        if (daemon.exited)
          throw new Error(`ejabberd ended:\n${lastLines(join(folder, 'output.log'))}\n${lastLines(join(folder, 'ejabberd.log'))}`);
        return (await answers(port)) && (await answers(http)) && (await api('status', {}).catch(() => '')).includes('started');
      },
      60_000,
    );
  try {
    await untilItListens();
    await api('import_piefxis', { file: join(folder, 'accounts.xml') });
    const count = JSON.parse(await api('stats_host', { name: 'registeredusers', host: domain })) as unknown;
    if (Number(count) !== options.accounts && Number((count as { stat?: number }).stat) !== options.accounts)
      throw new Error(`ejabberd has ${JSON.stringify(count)} accounts, not ${options.accounts}`);
  } catch (problem) {
    await daemon.stop();
    removeFolder(folder);
    throw problem;
  }
  return {
    name: 'ejabberd',
    version: versionOf('ejabberd'),
    host: '127.0.0.1',
    port,
    domain,
    pids: () => [daemon.pid],
    notes: ['SCRAM-SHA-1 with 4,096 iterations', 'Mnesia, no fsync, two schedulers'],
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
