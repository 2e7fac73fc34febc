import { z } from 'zod';
import type { Fault } from '../../kernel/faults.ts';
import { ok, type Result, refuse } from '../../kernel/result.ts';
import type { ServiceStatus, Services } from '../../services/index.ts';
import { type AdminDeps, defineUseCase } from '../shared/define.ts';
import { instant } from '../shared/fields.ts';
import type { UseCaseContext } from '../shared/use-case.ts';
import { listServicesInput, serviceInput } from './inputs.ts';

const serviceView = z.object({
  name: z.string(),
  title: z.string(),
  purpose: z.string(),
  needs: z.array(z.string()),
  neededBy: z.array(z.string()),
  critical: z.boolean(),
  /** Stops only with the node. */
  essential: z.boolean(),
  state: z.enum(['stopped', 'starting', 'started', 'degraded', 'stopping', 'failed']),
  since: instant,
  why: z.string(),
});
export type ServiceView = z.output<typeof serviceView>;
const present = (status: ServiceStatus): ServiceView => ({ ...status, needs: [...status.needs], neededBy: [...status.neededBy] });

const touched = z.object({ services: z.array(serviceView) });
const table = { path: 'services', columns: ['name', 'title', 'state', 'since', 'why'] };
const positionals = [{ field: 'name', name: 'NAME' }];

const listServices = defineUseCase({
  id: 'services.list',
  title: 'List services',
  summary: 'The parts of this node: state, since when and why, what each needs and what needs it.',
  may: 'services.read',
  kind: 'read',
  input: listServicesInput,
  output: touched,
  rest: { method: 'GET', path: '/services' },
  cli: { words: ['services', 'list'], aliases: [['utils', 'service', 'list']], table },
  run: async (_input, { deps }) => ok({ services: deps.services.list().map(present) }),
});

type Act = (services: Services, name: string, by: string) => Promise<Result<readonly ServiceStatus[], Fault>>;
async function act(name: string, ctx: UseCaseContext<AdminDeps>, work: Act): Promise<Result<{ services: ServiceView[] }, Fault>> {
  const before = ctx.deps.services.get(name);
  ctx.audit({ target: before?.title ?? name, targetKey: `service:${before?.name ?? name}`, before: { state: before?.state ?? null } });
  const done = await work(ctx.deps.services, name, ctx.viewer.name);
  if (!done.ok) return refuse(done.fault);
  ctx.audit({ after: Object.fromEntries(done.value.map((status) => [status.name, status.state])) });
  return ok({ services: done.value.map(present) });
}

const startService = defineUseCase({
  id: 'services.start',
  title: 'Start a service',
  summary: 'Starts a service, and first what it needs.',
  may: 'services.control',
  audit: 'service.start',
  kind: 'effect',
  input: serviceInput,
  output: touched,
  rest: { method: 'POST', path: '/services/{name}/start' },
  cli: {
    words: ['services', 'start'],
    aliases: [['utils', 'service', 'start']],
    positionals,
    table,
    examples: ['rollcall services start message-archive'],
  },
  run: ({ name }, ctx) => act(name, ctx, (services, n, by) => services.start(n, by)),
});

const stopService = defineUseCase({
  id: 'services.stop',
  title: 'Stop a service',
  summary: 'Stops a service, and first what needs it. The preview tells how many sessions end.',
  may: 'services.control',
  audit: 'service.stop',
  kind: 'effect',
  input: serviceInput,
  output: touched,
  rest: { method: 'POST', path: '/services/{name}/stop' },
  cli: { words: ['services', 'stop'], aliases: [['utils', 'service', 'stop']], positionals, table },
  run: ({ name }, ctx) => act(name, ctx, (services, n, by) => services.stop(n, by)),
});

const restartService = defineUseCase({
  id: 'services.restart',
  title: 'Restart a service',
  summary: 'Stops a service and what needs it, then starts again all that ran.',
  may: 'services.control',
  audit: 'service.restart',
  kind: 'effect',
  input: serviceInput,
  output: touched,
  rest: { method: 'POST', path: '/services/{name}/restart' },
  cli: { words: ['services', 'restart'], aliases: [['utils', 'service', 'restart']], positionals, table },
  run: ({ name }, ctx) => act(name, ctx, (services, n, by) => services.restart(n, by)),
});

const previewStop = defineUseCase({
  id: 'services.previewStop',
  title: 'Preview a stop',
  summary: 'What stopping a service would stop besides, and how many client sessions would end. Changes nothing.',
  may: 'services.read',
  kind: 'read',
  input: serviceInput,
  output: z.object({ stops: z.array(z.object({ name: z.string(), title: z.string() })), sessions: z.int(), says: z.string() }),
  rest: { method: 'GET', path: '/services/{name}/stop-preview' },
  cli: { words: ['services', 'preview-stop'], positionals },
  async run({ name }, { deps }) {
    const preview = deps.services.previewStop(name);
    return preview.ok ? ok({ ...preview.value, stops: [...preview.value.stops] }) : preview;
  },
});

/** The use cases of this area; the key is the verb in their id. */
export const services = { list: listServices, start: startService, stop: stopService, restart: restartService, previewStop } as const;
