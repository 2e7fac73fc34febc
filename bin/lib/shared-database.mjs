/** The PostgreSQL that the nodes of one machine share: `node --import tsx bin/lib/shared-database.mjs FOLDER`. Prints its URL; TERM stops it. */
import { silentLog } from '../../lib/kernel/log.ts';
import { startEmbedded } from '../../lib/store/embedded.ts';

const [dataDir] = process.argv.slice(2);
if (dataDir === undefined) {
  process.stderr.write('Usage: node --import tsx bin/lib/shared-database.mjs FOLDER\n');
  process.exit(2);
}
const started = await startEmbedded({ dataDir, log: silentLog });
if (!started.ok) {
  process.stderr.write(`rollcall: ${started.fault.message}\n`);
  process.exit(1);
}
const { host = '', user = '', database = '', password } = started.value.connection;
process.stdout.write(
  `postgresql://${user}:${encodeURIComponent(String(password))}@localhost/${database}?host=${encodeURIComponent(host)}\n`,
);
let stopping = false;
const stop = () => {
  if (stopping) return;
  stopping = true;
  started.value.close().then(() => process.exit(0));
};
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
// Whoever started it is gone.
process.stdin.on('end', stop).resume();
setInterval(() => undefined, 60_000);
