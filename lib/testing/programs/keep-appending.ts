/**
 * A process that opens the database of a folder and appends messages for ever, printing each id once it is acknowledged. Tests kill
 * it. Arguments: the folder.
 */
import { silentLog } from '../../kernel/log.ts';
import { createStores, openDatabase } from '../../store/index.ts';
import { archived, people } from '../contracts/make.ts';

const opened = await openDatabase({ dataDir: process.argv[2] ?? '', log: silentLog });
if (!opened.ok) throw new Error(opened.fault.message);
const stores = createStores(opened.value, { node: 'n', log: silentLog });
const [alice = 0] = await people(stores, 'alice');
const next = (): void => {
  const row = archived(alice, 'bob@example.com', 'hello');
  stores.journal.append({ archive: [row], offline: [] }, () => {
    process.stdout.write(`${row.uid}\n`);
    next();
  });
};
for (let i = 0; i < 50; i++) next();
