import { loadEnvironment, loadSettingsFile } from '../config/load.ts';
import { createLogger } from '../diagnostics/index.ts';
import type { Fault } from '../kernel/faults.ts';
import { bannerOf } from './banner.ts';
import { composeNode, type RunningNode } from './compose.ts';

/** What a service manager sees: 0 asked to stop, 1 could not start or had to give up. */
const failed = 1;

function giveUp(fault: Fault): never {
  process.stderr.write(`rollcall: ${fault.message}\n`);
  process.exit(failed);
}

async function main(): Promise<void> {
  const environment = loadEnvironment();
  if (!environment.ok) giveUp(environment.fault);
  const env = environment.value;
  const overrides = await loadSettingsFile(env.settingsFile);
  if (!overrides.ok) giveUp(overrides.fault);
  const log = createLogger({ level: 'info', pretty: env.interactive, node: env.nodeName, monotonic: () => performance.now() });
  for (const warning of env.warnings) log.warn('environment.unknown-variable', { warning });

  let node: RunningNode | null = null;
  let starting: Promise<unknown> = Promise.resolve();
  let stopping = false;
  const stop = (signal: string, code = 0) => {
    if (stopping) return;
    stopping = true;
    log.info('node.stopping', { signal });
    // Whatever hangs, the process ends in time: what is committed is safe, the rest was not acknowledged.
    setTimeout(() => {
      log.error('node.stop-took-too-long');
      process.exit(failed);
    }, node?.stopGraceMs() ?? 10_000).unref();
    // A node told to stop while it starts is stopped once it has: leaving at once would leave its database behind.
    starting
      .then(() => node?.stop())
      .then(
        () => {
          log.info('node.stopped');
          process.exit(code);
        },
        (error: unknown) => {
          log.error('node.stop-failed', { error });
          process.exit(failed);
        },
      );
  };
  process.on('SIGTERM', () => stop('SIGTERM'));
  process.on('SIGINT', () => stop('SIGINT'));
  // A bug in one request must not end everyone's sessions; one that reaches here left no one to tell, so it is logged as such.
  process.on('unhandledRejection', (error) => log.error('node.unhandled-rejection', { error }));
  process.on('uncaughtException', (error) => log.error('node.uncaught-exception', { error }));

  const composing = composeNode({ env, overrides: overrides.value, log, replaced: (why) => stop(why, failed) });
  starting = composing.then(
    (started) => {
      if (started.ok) node = started.value;
    },
    () => undefined,
  );
  const started = await composing;
  if (!started.ok) giveUp(started.fault);
  if (stopping) return;
  process.stdout.write(bannerOf(started.value.facts));
}

main().catch((error: unknown) => {
  process.stderr.write(`rollcall: The start broke off: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(failed);
});
