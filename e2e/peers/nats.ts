import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { answers, type Daemon, freePort, handOver, lastLines, removeFolder, startDaemon, temporaryFolder, until } from './process.ts';

/** One NATS server that can be killed, held still and started again on the same port. */
export interface NatsServer {
  readonly url: string;
  readonly port: number;
  start(): Promise<void>;
  kill(): Promise<void>;
  pause(): void;
  resume(): void;
  stop(): Promise<void>;
}

export async function startNats(
  options: { readonly maxPayload?: number; readonly user?: string; readonly password?: string } = {},
): Promise<NatsServer> {
  const folder = temporaryFolder('nats');
  const port = await freePort();
  const { user = 'rollcall', password = 'between nodes' } = options;
  writeFileSync(
    join(folder, 'nats.conf'),
    [
      `listen: "127.0.0.1:${port}"`,
      'ping_interval: "2s"',
      'ping_max: 2',
      `max_payload: ${options.maxPayload ?? 1_048_576}`,
      `authorization { user: "${user}", password: "${password}" }`,
      '',
    ].join('\n'),
  );
  handOver(folder);
  let daemon: Daemon | null = null;
  const server: NatsServer = {
    url: `nats://${encodeURIComponent(user)}:${encodeURIComponent(password)}@127.0.0.1:${port}`,
    port,
    async start() {
      daemon = startDaemon('nats-server', ['-c', join(folder, 'nats.conf')], folder);
      await until('nats-server answers', () => answers(port), 10_000).catch((error: unknown) => {
        throw new Error(`${String(error)}\n${lastLines(join(folder, 'output.log'))}`);
      });
    },
    async kill() {
      if (daemon && !daemon.exited) process.kill(daemon.pid, 'SIGKILL');
      await until('nats-server is gone', () => daemon?.exited ?? true, 5_000);
    },
    pause: () => void (daemon && process.kill(daemon.pid, 'SIGSTOP')),
    resume: () => void (daemon && process.kill(daemon.pid, 'SIGCONT')),
    async stop() {
      if (daemon && !daemon.exited) process.kill(daemon.pid, 'SIGCONT');
      await daemon?.stop();
      removeFolder(folder);
    },
  };
  await server.start();
  return server;
}
