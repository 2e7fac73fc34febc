import { z } from 'zod';
import { callManagerFaults } from '../../callmanager/index.ts';
import type { Publisher } from '../../callmanager/ports.ts';
import { ok, refuse } from '../../kernel/result.ts';
import { type AdminDeps, defineUseCase } from '../shared/define.ts';
import type { UseCaseContext } from '../shared/use-case.ts';
import { readAuthorities } from './certificates.ts';
import {
  configureCallManagerInput,
  fetchCertificateInput,
  removeCallManagerInput,
  showCallManagerInput,
  testCallManagerInput,
} from './inputs.ts';
import { certificateView, presentRun, type StatusView, statusView, stepView } from './outputs.ts';

const orNull = (at: number): number | null => (at === 0 ? null : at);

function presentPublisher(row: Publisher): NonNullable<StatusView['publisher']> {
  const { host, port, username, caPem, serverName, schemaVersion, enabled, updatedAt } = row;
  const authorities = readAuthorities(caPem);
  return {
    host,
    port,
    username,
    caPem,
    serverName,
    schemaVersion,
    enabled,
    updatedAt,
    authorities: authorities.ok ? [...authorities.value] : [],
  };
}

async function statusOf({ deps, stores }: Pick<UseCaseContext<AdminDeps>, 'deps' | 'stores'>): Promise<StatusView> {
  const status = deps.callManager.agent.status();
  const [publisher, counts] = await Promise.all([stores.callManager.publisher(), stores.callManager.counts()]);
  const { run } = status;
  const doing = run?.state === 'reading' || run?.state === 'waiting' || run?.state === 'applying' ? run.state : 'idle';
  return {
    publisher: publisher === null ? null : presentPublisher(publisher),
    agent: status.isStarted ? doing : 'stopped',
    run: run === null ? null : presentRun(run),
    lastFullAt: orNull(status.lastFullAt),
    lastGoodAt: orNull(status.lastGoodAt),
    nextFullAt: status.nextFullAt,
    spoken: status.spoken,
    release: status.release,
    failure: status.failure,
    gate: deps.callManager.agent.gate(),
    counts,
  };
}

export const showCallManager = defineUseCase({
  id: 'callManager.show',
  title: 'Show the call manager',
  summary: 'Address of the publisher, what the Sync Agent does now, the last and the next run, and how many users came from there.',
  may: 'callManager.read',
  kind: 'read',
  input: showCallManagerInput,
  output: statusView,
  rest: { method: 'GET', path: '/callmanager' },
  cli: { words: ['callmanager', 'show'] },
  run: async (_input, ctx) => ok(await statusOf(ctx)),
});

const audited = ({
  host,
  port,
  username,
  serverName,
  schemaVersion,
  enabled,
  caPem,
}: Omit<Publisher, 'sealedPassword' | 'createdAt' | 'updatedAt'>) => {
  const authorities = readAuthorities(caPem);
  return {
    host,
    port,
    username,
    serverName,
    schemaVersion,
    enabled,
    authorities: authorities.ok ? authorities.value.map(({ sha256 }) => sha256) : [],
  };
};

export const configureCallManager = defineUseCase({
  id: 'callManager.configure',
  title: 'Enter the call manager',
  summary: 'Address, AXL user and trusted authorities of the publisher. The next run uses them.',
  may: 'callManager.write',
  audit: 'callmanager.configure',
  kind: 'change',
  input: configureCallManagerInput,
  output: statusView,
  rest: { method: 'PUT', path: '/callmanager' },
  cli: {
    words: ['callmanager', 'configure'],
    positionals: [{ field: 'host', name: 'HOST' }],
    flags: {
      port: { flag: 'port', help: 'Port of its AXL service' },
      username: { flag: 'username', help: 'Application user with the role Standard AXL API Access' },
      password: { flag: 'password', help: 'Its password; - reads it from the input' },
      caPem: { flag: 'ca', help: 'File with the certificates of the authorities it is trusted by (PEM)', file: true },
      serverName: { flag: 'server-name', help: 'Name in its certificate, where that is another one' },
      schemaVersion: { flag: 'schema-version', help: 'AXL schema version; found out when it is left out' },
      enabled: { flag: 'enabled', help: 'Synchronise by schedule?' },
    },
    examples: ['rollcall callmanager configure cucm.example.com --username axl --password - --ca authority.pem < secret.txt'],
  },
  async run(input, ctx) {
    const { deps, stores } = ctx;
    ctx.audit({ target: input.host, targetKey: 'callmanager' });
    const authorities = readAuthorities(input.caPem);
    if (!authorities.ok) return authorities;
    const was = await stores.callManager.publisher();
    const isElsewhere = was !== null && (was.host !== input.host || was.username !== input.username);
    // Whoever answers at another port, or by another certificate, gets no password that was meant for the one before.
    const isTrustedAnew =
      isElsewhere || (was !== null && (was.port !== input.port || was.caPem !== input.caPem || was.serverName !== input.serverName));
    if (input.password === undefined && (was === null || isTrustedAnew))
      return refuse(
        callManagerFaults.noPassword(
          {},
          {
            fields: {
              password:
                was === null
                  ? 'Enter the password of the AXL user.'
                  : 'Enter the password again: it is sent to no other address and trusted by no other authority than it was entered for.',
            },
          },
        ),
      );
    const now = deps.clock.now();
    const { password, ...facts } = input;
    const row: Publisher = {
      ...facts,
      sealedPassword: password === undefined ? (was?.sealedPassword ?? '') : deps.callManager.seal(password),
      createdAt: was?.createdAt ?? now,
      updatedAt: Math.max(now, (was?.updatedAt ?? 0) + 1),
    };
    await stores.callManager.savePublisher(row);
    // Another machine has another list of changes.
    if (isElsewhere) await stores.callManager.saveMarks({ position: null, spoken: '' });
    ctx.audit({
      before: was === null ? null : audited(was),
      after: { ...audited(row), ...(password === undefined ? {} : { password: 'changed' }) },
    });
    ctx.afterCommit(() => {
      void deps.callManager.agent.reload().then(
        () => deps.events.emit('callManager.changed', { what: 'configured' }),
        (error: unknown) => deps.log.warn('callmanager.not-reloaded', { error }),
      );
    });
    return ok({ ...(await statusOf(ctx)), publisher: presentPublisher(row) });
  },
});

export const removeCallManager = defineUseCase({
  id: 'callManager.remove',
  title: 'Forget the call manager',
  summary:
    'Ends synchronisation and forgets devices, lines and the history of runs. The users stay, as local users that can be changed here.',
  may: 'callManager.write',
  audit: 'callmanager.remove',
  kind: 'change',
  input: removeCallManagerInput,
  output: z.object({ released: z.int() }),
  rest: { method: 'DELETE', path: '/callmanager' },
  cli: { words: ['callmanager', 'remove'] },
  async run(_input, ctx) {
    const was = await ctx.stores.callManager.publisher();
    if (was === null) return refuse(callManagerFaults.none());
    const { run } = ctx.deps.callManager.agent.status();
    if (run !== null && run.state !== 'waiting')
      return refuse(callManagerFaults.running({ since: new Date(run.startedAt).toISOString().slice(11, 16) }));
    const released = await ctx.stores.callManager.release();
    ctx.audit({ target: was.host, targetKey: 'callmanager', before: audited(was), after: { usersMadeLocal: released } });
    ctx.afterCommit(() => {
      void ctx.deps.callManager.agent.reload().then(
        () => ctx.deps.events.emit('callManager.changed', { what: 'removed' }),
        (error: unknown) => ctx.deps.log.warn('callmanager.not-reloaded', { error }),
      );
    });
    return ok({ released });
  },
});

export const testCallManager = defineUseCase({
  id: 'callManager.test',
  title: 'Test the connection to the call manager',
  summary: 'Goes through each step that a run takes (connection, certificate, password, version, what may be read) and tells its time.',
  may: 'callManager.write',
  audit: 'callmanager.test',
  kind: 'effect',
  input: testCallManagerInput,
  output: z.object({ ok: z.boolean(), steps: z.array(stepView) }),
  rest: { method: 'POST', path: '/callmanager/test' },
  cli: { words: ['callmanager', 'test'], table: { path: 'steps', columns: ['name', 'ok', 'ms', 'says'] } },
  async run(_input, ctx) {
    const publisher = await ctx.stores.callManager.publisher();
    if (publisher === null) return refuse(callManagerFaults.none());
    ctx.audit({ target: publisher.host, targetKey: 'callmanager' });
    const steps = await ctx.deps.callManager.test(publisher);
    const isGood = steps.every((step) => step.ok);
    ctx.audit({ detail: isGood ? 'Every step went well.' : (steps.find((step) => !step.ok)?.says ?? '') });
    return ok({ ok: isGood, steps: [...steps] });
  },
});

export const fetchCertificate = defineUseCase({
  id: 'callManager.fetchCertificate',
  title: 'Fetch the certificate of the call manager',
  summary: 'What the server shows of itself, trusted or not, to be compared with what its administrator says. Nothing is sent to it.',
  may: 'callManager.write',
  audit: 'callmanager.fetch-certificate',
  kind: 'effect',
  input: fetchCertificateInput,
  output: z.object({ chain: z.array(certificateView) }),
  rest: { method: 'POST', path: '/callmanager/certificate' },
  cli: { words: ['callmanager', 'certificate'], positionals: [{ field: 'host', name: 'HOST' }] },
  async run(input, ctx) {
    ctx.audit({ target: `${input.host}:${input.port}`, targetKey: 'callmanager' });
    const shown = await ctx.deps.callManager.certificate(input);
    if (!shown.ok) return refuse(callManagerFaults.unreachable({ host: input.host, why: shown.why }));
    return ok({ chain: [...shown.chain] });
  },
});
