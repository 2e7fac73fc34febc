/** The people of the demonstration, as one process: `main.ts csv` prints the import file, `main.ts rooms` their rooms, `main.ts run` puts them to work until it is stopped. */
import { parseArgs } from 'node:util';
import { companyCsv, makeCompany } from './company.ts';
import { openOffice } from './office.ts';
import { makeRooms } from './rooms.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: '5222' },
    domain: { type: 'string', default: 'localhost' },
    sessions: { type: 'string', default: '150' },
  },
});
const company = makeCompany();
if (positionals[0] === 'csv') {
  process.stdout.write(companyCsv(company));
} else if (positionals[0] === 'rooms') {
  process.stdout.write(JSON.stringify(makeRooms(company)));
} else {
  const targets = values.port.split(',').map((port) => ({ host: values.host, port: Number(port), domain: values.domain }));
  const office = openOffice(company, Number(values.sessions), targets);
  const timer = setInterval(() => {
    const { online, messages, chatter, presenceChanges, signIns, lost } = office.counters;
    process.stdout.write(
      `${online} clients online; so far ${signIns} sign-ins, ${messages} messages, ${chatter} more in rooms, ${presenceChanges} presence changes, ${lost} lost connections\n`,
    );
  }, 30_000);
  const end = () => {
    clearInterval(timer);
    const giveUp = setTimeout(() => process.exit(0), 3_000);
    giveUp.unref();
    void office.close().then(() => process.exit(0));
  };
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
  // Whoever started the demonstration is gone: so are its people.
  process.once('disconnect', end);
}
