#!/usr/bin/env node
// The command line of a running node. It knows no command by itself: the node tells what there is (GET /manifest) and does it
// (POST /execute), over a Unix socket in the data folder. Plain Node without packages, so that it starts at once.
import { existsSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readArguments, UsageProblem } from './lib/cli-arguments.mjs';
import { commandHelp, groupHelp, overview } from './lib/cli-help.mjs';
import { renderFault, renderOutput } from './lib/cli-output.mjs';

const exitDone = 0;
const exitRefused = 1;
const exitUsage = 2;

function dataDir() {
  if (process.env.ROLLCALL_DATA_DIR) return resolve(process.env.ROLLCALL_DATA_DIR);
  const beside = join(dirname(fileURLToPath(import.meta.url)), '..', 'data');
  const here = resolve('data');
  return !existsSync(beside) && existsSync(here) ? here : beside;
}

function socketPath() {
  const folder = dataDir();
  const pointer = join(folder, 'admin.sock.path');
  const direct = join(folder, 'admin.sock');
  // A path too long for a socket lives elsewhere, or is shorter from where we stand.
  if (Buffer.byteLength(direct) > 100 && existsSync(pointer)) return readFileSync(pointer, 'utf8').trim();
  return Buffer.byteLength(direct) > 100 ? relative(process.cwd(), direct) : direct;
}

class NotRunning extends Error {}

function send(method, path, body) {
  return new Promise((done, fail) => {
    const call = request({ socketPath: socketPath(), method, path, headers: body ? { 'content-type': 'application/json' } : {} }, done);
    call.on('error', (error) => {
      const gone = ['ENOENT', 'ECONNREFUSED', 'EINVAL'].includes(error.code);
      if (gone)
        fail(
          new NotRunning(`No server is running on ${dataDir()}. Start it with "npm start", or name its data folder in ROLLCALL_DATA_DIR.`),
        );
      else if (error.code === 'EACCES')
        fail(new NotRunning(`This account may not open ${socketPath()}. Use the account the server runs as, or root.`));
      else fail(new NotRunning(`The server went away (${error.code ?? error.message}).`));
    });
    call.end(body);
  });
}

async function text(response) {
  response.setEncoding('utf8');
  let all = '';
  for await (const chunk of response) all += chunk;
  return all;
}

async function execute(id, values) {
  const response = await send('POST', '/execute', JSON.stringify({ id, values }));
  if (response.headers['x-rollcall-file']) return { file: response };
  if (response.statusCode !== 200)
    throw new NotRunning(
      response.statusCode === 400
        ? 'The server refused the request: it is larger than 25 MiB or not readable.'
        : 'The server could not answer. Its log tells why.',
    );
  return JSON.parse(await text(response));
}

/** Shows the progress of a job on a terminal and waits for its end. */
async function follow(job) {
  let shown = '';
  for (;;) {
    const answer = await execute('jobs.get', { job: [job.id] });
    if (!answer.ok) return answer;
    const { state, done, failed, total } = answer.value;
    if (process.stderr.isTTY) {
      const line = `${job.title}: ${(done + failed).toLocaleString('en')} of ${total.toLocaleString('en')}`;
      if (line !== shown) process.stderr.write(`\r${line.padEnd(shown.length)}`);
      shown = line;
    }
    if (state !== 'waiting' && state !== 'running') {
      if (shown) process.stderr.write(`\r${' '.repeat(shown.length)}\r`);
      return answer;
    }
    await new Promise((wake) => setTimeout(wake, 200));
  }
}

async function finishJob(command, job, options) {
  const answer = await follow(job);
  if (!answer.ok) return refused(answer.fault, options);
  const { state, failed } = answer.value;
  process.stdout.write(renderOutput(command, answer.value, options));
  if (failed > 0 && !options.json) {
    const rows = await execute('jobs.results', { job: [job.id], onlyFailed: ['true'], limit: ['50'] });
    if (rows.ok) for (const row of rows.value.items) process.stderr.write(`${row.target}: ${row.message}\n`);
    if (failed > 50) process.stderr.write(`... and ${failed - 50} more: rollcall jobs results ${job.id} --only-failed\n`);
  }
  return state === 'done' && failed === 0 ? exitDone : exitRefused;
}

function refused(fault, options) {
  process.stderr.write(options.json ? `${JSON.stringify(fault)}\n` : renderFault(fault));
  return exitRefused;
}

async function copyOut(response) {
  for await (const chunk of response) {
    if (!process.stdout.write(chunk)) await new Promise((go) => process.stdout.once('drain', go));
  }
  return exitDone;
}

async function main(argv) {
  const wantsHelp = argv.length === 0 || argv[0] === 'help' || argv[0] === '--help' || argv[0] === '-h';
  const words = argv[0] === 'help' ? argv.slice(1) : argv;
  const { commands } = JSON.parse(await text(await send('GET', '/manifest')));
  if (wantsHelp && words.every((word) => word.startsWith('-'))) {
    process.stdout.write(overview(commands));
    return argv.length === 0 ? exitUsage : exitDone;
  }
  const { command, rest, group } = find(commands, words);
  if (!command) {
    if (group.length > 0) {
      const asked = wantsHelp || words.includes('--help') || words.includes('-h');
      (asked ? process.stdout : process.stderr).write(groupHelp(commands, group));
      return asked ? exitDone : exitUsage;
    }
    process.stderr.write(`There is no command "${words.join(' ')}".\n\n${overview(commands)}`);
    return exitUsage;
  }
  if (wantsHelp || rest.includes('--help') || rest.includes('-h')) {
    process.stdout.write(commandHelp(command));
    return exitDone;
  }
  const { values, options } = await readArguments(command, rest);
  const answer = await execute(command.id, values);
  if (answer.file) return copyOut(answer.file);
  if (!answer.ok) return refused(answer.fault, options);
  if (command.waits && options.wait) return finishJob(command, answer.value, options);
  process.stdout.write(renderOutput(command, answer.value, options));
  return answer.value?.ok === false ? exitRefused : exitDone;
}

/** The command with the most words that begin the line; else the words that begin several. */
function find(commands, words) {
  let best = null;
  for (const command of commands) {
    for (const name of [command.words, ...command.aliases]) {
      if (name.every((word, index) => words[index] === word) && (!best || name.length > best.length))
        best = { command, length: name.length };
    }
  }
  if (best) return { command: best.command, rest: words.slice(best.length), group: [] };
  const group = [];
  const names = commands.flatMap((command) => [command.words, ...command.aliases]);
  for (const word of words) {
    if (word.startsWith('-') || !names.some((name) => [...group, word].every((part, index) => name[index] === part))) break;
    group.push(word);
  }
  return { command: null, rest: [], group: words.filter((word) => !word.startsWith('-')).length > group.length ? [] : group };
}

// A reader that closes early (`| head`) ends the program, not with a stack.
process.stdout.on('error', (error) => process.exit(error.code === 'EPIPE' ? exitDone : exitRefused));
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (error instanceof UsageProblem) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = exitUsage;
  } else if (error instanceof NotRunning || typeof error?.code === 'string') {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = exitRefused;
  } else throw error;
}
