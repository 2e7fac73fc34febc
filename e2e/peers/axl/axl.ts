import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { makeSelfSigned } from '../../../lib/security/make-certificate.ts';
import { removeFolder, temporaryFolder } from '../process.ts';
import type { SimUser } from './people.ts';
import type { SimFaults } from './simulator.ts';

export interface AxlPeer {
  readonly port: number;
  /** What it is trusted by. */
  readonly caPem: string;
  put(userid: string, patch?: Partial<SimUser>): Promise<void>;
  remove(userid: string): Promise<void>;
  faults(faults: SimFaults): Promise<void>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** A call manager's AXL service in a process of its own, at https://localhost: axladmin with the password axlpw. */
export async function startAxl(users: number): Promise<AxlPeer> {
  const folder = temporaryFolder('axl');
  const made = await makeSelfSigned({
    commonName: 'localhost',
    organization: '',
    names: { dns: ['localhost'], ip: [], srv: [], xmpp: [] },
    from: Date.now(),
    days: 10,
  });
  const key = join(folder, 'key.pem');
  const cert = join(folder, 'cert.pem');
  writeFileSync(key, made.keyPem, { mode: 0o600 });
  writeFileSync(cert, made.certificatePem);
  const main = fileURLToPath(new URL('main.ts', import.meta.url));
  const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', main, String(users), '0', key, cert], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout! });
  const waiting: ((line: string) => void)[] = [];
  lines.on('line', (line) => waiting.shift()?.(line));
  const answer = () =>
    new Promise<string>((resolve, reject) => {
      waiting.push(resolve);
      child.once('exit', () => reject(new Error('The AXL stand-in has ended.')));
    });
  const { port } = JSON.parse(await answer()) as { port: number };
  const send = async (command: object): Promise<void> => {
    const done = answer();
    child.stdin?.write(`${JSON.stringify(command)}\n`);
    await done;
  };
  return {
    port,
    caPem: readFileSync(cert, 'utf8'),
    put: (userid, patch = {}) => send({ put: userid, patch }),
    remove: (userid) => send({ remove: userid }),
    faults: (faults) => send({ faults }),
    restart: () => send({ restart: true }),
    async stop() {
      const ended = once(child, 'exit');
      child.stdin?.end();
      await ended;
      removeFolder(folder);
    },
  };
}
