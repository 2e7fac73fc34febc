import { z } from 'zod';
import { readDomain } from '../../directory/index.ts';
import { defineFaults, type Fault } from '../../kernel/faults.ts';
import { secretId } from '../../kernel/ids.ts';
import type { Domain } from '../../kernel/jid.ts';
import { ok, type Result, refuse } from '../../kernel/result.ts';
import type { ComponentRow } from '../../xmpp/components/ports.ts';
import { type AdminDeps, defineUseCase } from '../shared/define.ts';
import { instant } from '../shared/fields.ts';
import type { UseCaseContext } from '../shared/use-case.ts';
import {
  addComponentInput,
  deleteComponentsInput,
  disconnectComponentInput,
  listComponentsInput,
  renewComponentSecretInput,
  updateComponentInput,
} from './inputs.ts';

const componentFaults = defineFaults('components', {
  missing: { kind: 'missing', message: 'There is no component {domain}.' },
  exists: { kind: 'conflict', message: 'There is a component {domain} already.' },
  taken: {
    kind: 'conflict',
    message: 'The domain {domain} is {by} already. Give the component a name of its own, for example irc.{domain}.',
  },
  weakSecret: {
    kind: 'invalid',
    message: 'The secret has {length} characters; it needs at least 16, since whoever guesses it speaks for the domain.',
  },
  away: { kind: 'conflict', message: 'The component {domain} is not connected.' },
});

const MIN_SECRET = 16;
type Context = UseCaseContext<AdminDeps>;

const componentView = z.object({
  domain: z.string(),
  title: z.string(),
  enabled: z.boolean(),
  createdAt: instant,
  state: z.enum(['connected', 'away', 'disabled']),
  /** Since when it is connected. */
  since: instant.nullable(),
  address: z.string(),
  encrypted: z.boolean(),
  /** Stanzas from it and to it since the node started, and those that came while it was away. */
  received: z.int(),
  sent: z.int(),
  returned: z.int(),
});
export type ComponentView = z.output<typeof componentView>;

function present({ domain, title, enabled, createdAt }: ComponentRow, deps: AdminDeps): ComponentView {
  const live = deps.components.states().find((state) => state.domain === domain);
  const since = enabled ? (live?.since ?? null) : null;
  return {
    domain,
    title,
    enabled,
    createdAt,
    state: !enabled ? 'disabled' : since === null ? 'away' : 'connected',
    since,
    address: live?.address ?? '',
    encrypted: live?.encrypted ?? false,
    received: live?.received ?? 0,
    sent: live?.sent ?? 0,
    returned: live?.returned ?? 0,
  };
}

async function find(ctx: Context, text: string): Promise<Result<ComponentRow, Fault>> {
  const read = readDomain(text);
  if (!read.ok) return read;
  const row = (await ctx.stores.components.list()).find(({ domain }) => domain === read.value);
  return row ? ok(row) : refuse(componentFaults.missing({ domain: read.value }));
}
const announce = (ctx: Context, domain: string, what: 'added' | 'updated' | 'removed'): void =>
  ctx.afterCommit(() => ctx.deps.events.emit('component.changed', { domain, what, by: ctx.viewer.name }));
const target = (domain: string) => ({ target: domain, targetKey: `component:${domain}` });

function checkSecret(secret: string | undefined): Fault | null {
  if (secret === undefined || secret.length >= MIN_SECRET) return null;
  return componentFaults.weakSecret({ length: secret.length }, { fields: { secret: `At least ${MIN_SECRET} characters.` } });
}

/** Who has this name already; null when it is free. */
async function holderOf(ctx: Context, domain: Domain): Promise<string | null> {
  if ((await ctx.stores.domains.list()).some((row) => row.domain === domain)) return 'an IM domain';
  return ctx.deps.components.serviceOf(domain);
}

const listComponents = defineUseCase({
  id: 'components.list',
  title: 'List external components',
  summary: 'Programs that serve a domain of their own, whether they are connected, and what they carry.',
  may: 'components.read',
  kind: 'read',
  input: listComponentsInput,
  output: z.object({ items: z.array(componentView), ports: z.array(z.object({ name: z.string(), port: z.int() })) }),
  rest: { method: 'GET', path: '/components' },
  cli: {
    words: ['components', 'list'],
    table: { path: 'items', columns: ['domain', 'title', 'state', 'address', 'received', 'sent'] },
  },
  run: async (_input, { stores, deps }) =>
    ok({ items: (await stores.components.list()).map((row) => present(row, deps)), ports: [...deps.components.ports()] }),
});

const addComponent = defineUseCase({
  id: 'components.add',
  title: 'Add an external component',
  summary: 'Lets a program serve a domain of its own. Its secret is shown this once.',
  may: 'components.write',
  audit: 'component.add',
  kind: 'change',
  input: addComponentInput,
  output: z.object({ component: componentView, secret: z.string() }),
  rest: { method: 'POST', path: '/components', status: 201 },
  cli: {
    words: ['components', 'add'],
    positionals: [{ field: 'domain', name: 'DOMAIN' }],
    examples: ['rollcall components add irc.example.com --title "IRC gateway"'],
  },
  async run(input, ctx) {
    ctx.audit({ target: input.domain });
    const read = readDomain(input.domain);
    if (!read.ok) return read;
    const domain = read.value;
    ctx.audit({ ...target(domain), after: { domain, title: input.title, enabled: input.enabled } });
    const weak = checkSecret(input.secret);
    if (weak) return refuse(weak);
    const holder = await holderOf(ctx, domain);
    const rows = await ctx.stores.components.list();
    if (rows.some((row) => row.domain === domain))
      return refuse(componentFaults.exists({ domain }, { fields: { domain: 'This component exists already.' } }));
    if (holder !== null)
      return refuse(componentFaults.taken({ domain, by: holder }, { fields: { domain: `This domain is ${holder} already.` } }));
    const secret = input.secret ?? secretId(24);
    const row: ComponentRow = {
      domain,
      title: input.title,
      enabled: input.enabled,
      sealedSecret: ctx.deps.components.seal(secret),
      createdAt: ctx.deps.clock.now(),
    };
    if ((await ctx.stores.components.add(row)) === 'exists') return refuse(componentFaults.exists({ domain }));
    announce(ctx, domain, 'added');
    return ok({ component: present(row, ctx.deps), secret });
  },
});

const updateComponent = defineUseCase({
  id: 'components.update',
  title: 'Change an external component',
  summary:
    'Changes title or secret, or lets it connect or not. A component whose secret changes, or that may not connect any more, is disconnected.',
  may: 'components.write',
  audit: 'component.update',
  kind: 'change',
  input: updateComponentInput,
  output: componentView,
  rest: { method: 'PATCH', path: '/components/{domain}' },
  cli: { words: ['components', 'update'], positionals: [{ field: 'domain', name: 'DOMAIN' }] },
  async run(input, ctx) {
    ctx.audit({ target: input.domain });
    const found = await find(ctx, input.domain);
    if (!found.ok) return found;
    const { domain, title, enabled } = found.value;
    const weak = checkSecret(input.secret);
    if (weak) return refuse(weak);
    const change = {
      ...(input.title === undefined ? {} : { title: input.title }),
      ...(input.enabled === undefined ? {} : { enabled: input.enabled }),
    };
    ctx.audit({
      ...target(domain),
      before: { title, enabled },
      after: { ...change, ...(input.secret === undefined ? {} : { secret: 'changed' }) },
    });
    await ctx.stores.components.update(domain, {
      ...change,
      ...(input.secret === undefined ? {} : { sealedSecret: ctx.deps.components.seal(input.secret) }),
    });
    announce(ctx, domain, 'updated');
    return ok(present({ ...found.value, ...change }, ctx.deps));
  },
});

const renewSecret = defineUseCase({
  id: 'components.renewSecret',
  title: 'Make a new secret for an external component',
  summary: 'Replaces the secret by a new one, which is shown this once. The component is disconnected until it knows it.',
  may: 'components.write',
  audit: 'component.renew-secret',
  kind: 'change',
  input: renewComponentSecretInput,
  output: z.object({ secret: z.string() }),
  rest: { method: 'POST', path: '/components/{domain}/secret' },
  cli: { words: ['components', 'secret'], positionals: [{ field: 'domain', name: 'DOMAIN' }] },
  async run(input, ctx) {
    ctx.audit({ target: input.domain });
    const found = await find(ctx, input.domain);
    if (!found.ok) return found;
    const { domain } = found.value;
    ctx.audit(target(domain));
    const secret = secretId(24);
    await ctx.stores.components.update(domain, { sealedSecret: ctx.deps.components.seal(secret) });
    announce(ctx, domain, 'updated');
    return ok({ secret });
  },
});

const deleteComponents = defineUseCase({
  id: 'components.delete',
  title: 'Remove external components',
  summary: 'Disconnects components and forgets them. Their domains are no longer served here. All or none.',
  may: 'components.write',
  audit: 'component.delete',
  kind: 'change',
  input: deleteComponentsInput,
  output: z.object({ deleted: z.array(z.string()) }),
  rest: { method: 'POST', path: '/components/delete' },
  cli: { words: ['components', 'remove'], positionals: [{ field: 'domains', name: 'DOMAIN' }] },
  async run(input, ctx) {
    ctx.audit({ target: input.domains.join(', ') });
    const deleted: string[] = [];
    for (const text of new Set(input.domains)) {
      const found = await find(ctx, text);
      if (!found.ok) return found;
      await ctx.stores.components.remove(found.value.domain);
      deleted.push(found.value.domain);
      announce(ctx, found.value.domain, 'removed');
    }
    ctx.audit({ before: { components: deleted }, ...(deleted[0] !== undefined && deleted.length === 1 ? target(deleted[0]) : {}) });
    return ok({ deleted });
  },
});

const disconnectComponent = defineUseCase({
  id: 'components.disconnect',
  title: 'Disconnect an external component',
  summary: 'Ends the connection of a component. It may connect again; disable it to keep it out.',
  may: 'components.write',
  audit: 'component.disconnect',
  kind: 'change',
  input: disconnectComponentInput,
  output: z.object({ domain: z.string() }),
  rest: { method: 'POST', path: '/components/{domain}/disconnect' },
  cli: { words: ['components', 'disconnect'], positionals: [{ field: 'domain', name: 'DOMAIN' }] },
  async run(input, ctx) {
    ctx.audit({ target: input.domain });
    const found = await find(ctx, input.domain);
    if (!found.ok) return found;
    const { domain } = found.value;
    ctx.audit(target(domain));
    if (!ctx.deps.components.disconnect(domain)) return refuse(componentFaults.away({ domain }));
    return ok({ domain });
  },
});

/** The use cases of this area; the key is the verb in their id. */
export const components = {
  list: listComponents,
  add: addComponent,
  update: updateComponent,
  renewSecret,
  delete: deleteComponents,
  disconnect: disconnectComponent,
} as const;
