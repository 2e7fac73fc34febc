/**
 * The stand-in as a process of its own: `node --import tsx e2e/peers/axl/main.ts USERS PORT KEY-FILE CERT-FILE`. Says its port in a line of JSON,
 * takes one command a line: {"put":"id","patch":{}}, {"remove":"id"}, {"faults":{}}, {"restart":true}.
 */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { SimUser } from './people.ts';
import { type SimFaults, startSimulator } from './simulator.ts';

interface Command {
  readonly put?: string;
  readonly patch?: Partial<SimUser>;
  readonly remove?: string;
  readonly faults?: SimFaults;
  readonly restart?: boolean;
}

const [users = '5000', port = '0', key = '', cert = ''] = process.argv.slice(2);
const sim = await startSimulator({
  users: Number(users),
  port: Number(port),
  key: readFileSync(key, 'utf8'),
  cert: readFileSync(cert, 'utf8'),
});
const say = (value: object): void => void process.stdout.write(`${JSON.stringify(value)}\n`);
say({ port: sim.port });
createInterface({ input: process.stdin })
  .on('line', (line) => {
    const command = JSON.parse(line) as Command;
    if (command.put !== undefined) sim.put(command.put, command.patch);
    if (command.remove !== undefined) sim.remove(command.remove);
    if (command.faults !== undefined) sim.faults = command.faults;
    if (command.restart === true) sim.restart();
    say({ done: true, asked: sim.journal.length });
  })
  .on('close', () => process.exit(0));
