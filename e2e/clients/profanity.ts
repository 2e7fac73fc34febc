import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../peers/process.ts';
import { createStreamReader, type XmlElement } from './xml.ts';

export interface ProfanitySignIn {
  readonly jid: string;
  readonly password: string;
  readonly host: string;
  readonly port: number;
  readonly resource?: string;
  /** `trust` takes a self-signed certificate, `force` verifies it, `disable` goes without TLS. */
  readonly tls?: 'trust' | 'force' | 'disable';
}

/** Profanity (libstrophe) in a terminal of its own: typed at like a person does, read from its screen and its own log of stanzas. */
export interface ProfanityClient {
  readonly jid: string;
  /** Types a line and presses Enter. */
  type(line: string): void;
  screen(): string;
  /** Waits until the screen shows the text. */
  shows(text: string, timeoutMs?: number): Promise<void>;
  /** Stanzas received so far. */
  received(): XmlElement[];
  /** Waits for a stanza that fits. */
  stanza(what: string, fits: (element: XmlElement) => boolean, timeoutMs?: number): Promise<XmlElement>;
  stop(): void;
}

/** Starts the client and waits until it is signed in. */
export async function startProfanity(options: ProfanitySignIn): Promise<ProfanityClient> {
  const home = mkdtempSync(join(tmpdir(), 'rollcall-profanity-'));
  const config = join(home, 'config', 'profanity');
  const data = join(home, 'data', 'profanity');
  mkdirSync(config, { recursive: true });
  mkdirSync(data, { recursive: true });
  const resource = options.resource ?? 'profanity';
  writeFileSync(
    join(data, 'accounts'),
    `[${options.jid}]
enabled=true
jid=${options.jid}
resource=${resource}
server=${options.host}
port=${options.port}
password=${options.password}
tls.policy=${options.tls ?? 'trust'}
presence.last=online
presence.login=online
`,
  );
  writeFileSync(
    join(config, 'profrc'),
    '[connection]\nreconnect=0\nautoping=0\n[notifications]\nmessage=off\n[ui]\nsplash=false\nflash=false\nbeep=false\n',
  );
  const log = join(data, 'logs', 'profanity.log');
  // A server of tmux's own, so that nobody's sessions are touched.
  const socket = join(home, 'tmux');
  const tmux = (...args: string[]): string => execFileSync('tmux', ['-S', socket, '-f', '/dev/null', ...args], { encoding: 'utf8' });
  const environment = [
    `HOME=${home}`,
    `XDG_CONFIG_HOME=${join(home, 'config')}`,
    `XDG_DATA_HOME=${join(home, 'data')}`,
    'LANG=C.UTF-8',
    'TERM=screen',
  ];
  execFileSync(
    'tmux',
    [
      '-S',
      socket,
      '-f',
      '/dev/null',
      'new-session',
      '-d',
      '-s',
      'p',
      '-x',
      '160',
      '-y',
      '50',
      `env ${environment.join(' ')} profanity -l DEBUG -a ${options.jid}`,
    ],
    {
      env: { ...process.env, LANG: 'C.UTF-8' },
    },
  );
  const read = (): XmlElement[] => {
    if (!existsSync(log)) return [];
    const found: XmlElement[] = [];
    // libstrophe logs each stanza it has read on one line, newlines inside a body aside.
    for (const piece of readFileSync(log, 'utf8').split(/^(?=\d\d\d\d|\d\d\/\d\d)/m)) {
      const at = piece.indexOf('RECV: <');
      if (at < 0) continue;
      for (const part of createStreamReader()(piece.slice(at + 6))) if (part.is === 'element') found.push(part.element);
    }
    return found;
  };
  const client: ProfanityClient = {
    jid: `${options.jid}/${resource}`,
    type(line) {
      tmux('send-keys', '-t', 'p', '-l', line);
      tmux('send-keys', '-t', 'p', 'Enter');
    },
    screen: () => tmux('capture-pane', '-p', '-t', 'p'),
    async shows(text, timeoutMs = 10_000) {
      await until(`profanity shows "${text}"`, () => client.screen().includes(text), timeoutMs).catch((problem: Error) => {
        throw new Error(`${problem.message}; the screen:\n${client.screen()}`);
      });
    },
    received: read,
    async stanza(what, fits, timeoutMs = 10_000) {
      let match: XmlElement | undefined;
      await until(
        `profanity receives ${what}`,
        () => {
          match = read().find(fits);
          return match !== undefined;
        },
        timeoutMs,
      );
      return match!;
    },
    stop() {
      try {
        tmux('kill-server');
      } catch {
        // It ends by itself when profanity does.
      }
      rmSync(home, { recursive: true, force: true });
    },
  };
  try {
    await until(
      'profanity is signed in',
      () => read().some((element) => element.name === 'presence' && element.attrs.from === client.jid),
      20_000,
    );
  } catch (problem) {
    const screen = client.screen();
    client.stop();
    throw new Error(`${problem instanceof Error ? problem.message : problem}; the screen:\n${screen}`);
  }
  return client;
}
