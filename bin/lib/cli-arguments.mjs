// Reads `rollcall` arguments by what the manifest says of the command. Values stay text; the server turns them into what they are.
import { readFileSync } from 'node:fs';

export class UsageProblem extends Error {}

const most = 25 * 1024 * 1024;

/** @returns {{ values: Record<string, string[]>, options: { json: boolean, wait: boolean } }} */
export async function readArguments(command, argv) {
  const values = {};
  const options = { json: false, wait: true };
  const positional = [];
  const usage = (problem) => new UsageProblem(`${problem}\nUsage: ${command.usage}\nHelp: rollcall ${command.words.join(' ')} --help`);
  let stdinUsed = false;

  const read = (value, isFile, name) => {
    if (value !== '-' && !isFile) return value;
    if (value === '-') {
      if (stdinUsed) throw usage('Standard input can be used once only.');
      stdinUsed = true;
    }
    let text;
    try {
      text = readFileSync(value === '-' ? 0 : value, 'utf8');
    } catch (error) {
      throw new UsageProblem(
        value === '-' ? `Standard input cannot be read (${error.code}).` : `The file ${value} cannot be read (${error.code}).`,
      );
    }
    if (text.length > most) throw new UsageProblem(`${name} is larger than 25 MiB.`);
    // A secret from `echo` or a file of one line carries the line break of the shell, not of the secret.
    return isFile ? text : text.replace(/\r?\n$/, '');
  };
  const add = (field, value) => {
    values[field] = [...(values[field] ?? []), value];
  };

  for (let index = 0; index < argv.length; index++) {
    const argument = argv[index];
    if (argument === '--') {
      positional.push(...argv.slice(index + 1));
      break;
    }
    if (argument === '-' || !argument.startsWith('--')) {
      if (argument.startsWith('-') && argument !== '-' && !/^-\d/.test(argument)) throw usage(`Unknown option ${argument}.`);
      positional.push(argument);
      continue;
    }
    const equals = argument.indexOf('=');
    const name = argument.slice(2, equals < 0 ? undefined : equals);
    const given = equals < 0 ? undefined : argument.slice(equals + 1);
    if (name === 'json') {
      options.json = true;
      continue;
    }
    if (name === 'wait' || name === 'no-wait') {
      options.wait = name === 'wait';
      continue;
    }
    const flag = command.flags.find((known) => known.flag === name);
    if (!flag) {
      const negated = name.startsWith('no-') && command.flags.find((known) => known.isSwitch && known.flag === name.slice(3));
      if (!negated) throw usage(`Unknown option --${name}.`);
      add(negated.field, 'false');
      continue;
    }
    if (flag.isSwitch) {
      add(flag.field, given ?? 'true');
      continue;
    }
    const value = given ?? argv[++index];
    if (value === undefined) throw usage(`The option --${name} needs a value.`);
    add(flag.field, read(value, flag.file || command.positionals.some((one) => one.field === flag.field && one.file), `--${name}`));
  }

  // What was given by name is no longer taken by position.
  const open = command.positionals.filter((one) => !(one.field in values));
  for (const [index, one] of open.entries()) {
    const taken = one.many ? positional.splice(0) : positional.splice(0, 1);
    if (taken.length === 0 && one.required) throw usage(`${one.name} is missing.`);
    for (const value of taken) add(one.field, read(value, one.file, one.name));
    if (index === open.length - 1) break;
  }
  if (positional.length > 0) throw usage(`"${positional[0]}" is one argument too many.`);
  for (const flag of command.flags) if (flag.required && !(flag.field in values)) throw usage(`The option --${flag.flag} is missing.`);
  return { values, options };
}
