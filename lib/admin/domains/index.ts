import { z } from 'zod';
import { domainFaults, readDomain } from '../../directory/index.ts';
import type { DomainRow } from '../../directory/ports.ts';
import type { Fault } from '../../kernel/faults.ts';
import type { Domain } from '../../kernel/jid.ts';
import { ok, type Result, refuse } from '../../kernel/result.ts';
import { type AdminDeps, defineUseCase } from '../shared/define.ts';
import { instant } from '../shared/fields.ts';
import type { UseCaseContext } from '../shared/use-case.ts';
import { addDomainInput, deleteDomainsInput, listDomainsInput, setDefaultDomainInput, updateDomainInput } from './inputs.ts';

const domainView = z.object({
  domain: z.string(),
  /** system: in use by a user; administrator: added by hand. */
  managed: z.enum(['system', 'administrator']),
  users: z.int(),
  isDefault: z.boolean(),
  createdAt: instant,
  /** May be renamed and deleted. */
  editable: z.boolean(),
  /** Why it may not; empty when it may. */
  why: z.string(),
});
export type DomainView = z.output<typeof domainView>;

function problemOf({ domain, users, isDefault }: DomainRow): Fault | null {
  if (users > 0) return domainFaults.inUse({ domain, users });
  return isDefault ? domainFaults.isDefault({ domain }) : null;
}
function present(row: DomainRow): DomainView {
  const fault = problemOf(row);
  // A domain that people use is the system's, however it came (admin surface §2.11).
  return { ...row, managed: row.users > 0 ? 'system' : row.managed, editable: fault === null, why: fault?.message ?? '' };
}

type Context = UseCaseContext<AdminDeps>;
async function editable(ctx: Context, domain: Domain): Promise<Result<DomainRow, Fault>> {
  const row = (await ctx.stores.domains.list()).find((d) => d.domain === domain);
  if (!row) return refuse(domainFaults.missing({ domain }));
  const fault = problemOf(row);
  return fault ? refuse(fault) : ok(row);
}
const announce = (ctx: Context, domain: string, what: 'added' | 'renamed' | 'removed'): void =>
  ctx.afterCommit(() => ctx.deps.events.emit('domain.changed', { domain, what, by: ctx.viewer.name }));
const find = async (ctx: Context, domain: Domain): Promise<Result<DomainView, Fault>> => {
  const row = (await ctx.stores.domains.list()).find((d) => d.domain === domain);
  return row ? ok(present(row)) : refuse(domainFaults.missing({ domain }));
};

const listDomains = defineUseCase({
  id: 'domains.list',
  title: 'List IM domains',
  summary: 'Domains that people here have addresses in: how each came, how many users it has, which is the default.',
  may: 'domains.read',
  kind: 'read',
  input: listDomainsInput,
  output: z.object({ items: z.array(domainView) }),
  rest: { method: 'GET', path: '/domains' },
  cli: { words: ['domains', 'list'], table: { path: 'items', columns: ['domain', 'managed', 'users', 'isDefault'] } },
  run: async (_input, { stores }) => ok({ items: (await stores.domains.list()).map(present) }),
});

const addDomain = defineUseCase({
  id: 'domains.add',
  title: 'Add an IM domain',
  summary: 'Hosts one more domain, so that users can have addresses in it. Clients find it by an SRV record.',
  may: 'domains.write',
  audit: 'domain.add',
  kind: 'change',
  input: addDomainInput,
  output: domainView,
  rest: { method: 'POST', path: '/domains' },
  cli: { words: ['domains', 'add'], positionals: [{ field: 'domain', name: 'DOMAIN' }], examples: ['rollcall domains add example.org'] },
  async run(input, ctx) {
    ctx.audit({ target: input.domain });
    const read = readDomain(input.domain);
    if (!read.ok) return read;
    const domain = read.value;
    ctx.audit({ target: domain, targetKey: `domain:${domain}`, after: { domain } });
    if ((await ctx.stores.domains.add(domain)) === 'exists')
      return refuse(domainFaults.exists({ domain }, { fields: { domain: 'This domain exists already.' } }));
    announce(ctx, domain, 'added');
    return find(ctx, domain);
  },
});

const updateDomain = defineUseCase({
  id: 'domains.update',
  title: 'Rename an IM domain',
  summary: 'Renames a domain that was added by hand and that nobody uses.',
  may: 'domains.write',
  audit: 'domain.update',
  kind: 'change',
  input: updateDomainInput,
  output: domainView,
  rest: { method: 'PATCH', path: '/domains/{domain}' },
  cli: {
    words: ['domains', 'update'],
    positionals: [
      { field: 'domain', name: 'DOMAIN' },
      { field: 'to', name: 'NEW-NAME' },
    ],
  },
  async run(input, ctx) {
    ctx.audit({ target: input.domain });
    const from = readDomain(input.domain);
    if (!from.ok) return from;
    const read = readDomain(input.to);
    if (!read.ok) return refuse({ ...read.fault, fields: { to: read.fault.fields?.domain ?? read.fault.message } });
    const to = read.value;
    ctx.audit({ target: from.value, targetKey: `domain:${from.value}`, before: { domain: from.value }, after: { domain: to } });
    const row = await editable(ctx, from.value);
    if (!row.ok) return row;
    switch (await ctx.stores.domains.rename(from.value, to)) {
      case 'missing':
        return refuse(domainFaults.missing({ domain: from.value }));
      case 'exists':
        return refuse(domainFaults.exists({ domain: to }, { fields: { to: 'This domain exists already.' } }));
      case 'in-use':
        return refuse(domainFaults.inUse({ domain: from.value, users: 1 }));
      case 'renamed':
        announce(ctx, to, 'renamed');
        return find(ctx, to);
    }
  },
});

const deleteDomains = defineUseCase({
  id: 'domains.delete',
  title: 'Delete IM domains',
  summary: 'Stops hosting domains that were added by hand and that nobody uses. All or none.',
  may: 'domains.write',
  audit: 'domain.delete',
  kind: 'change',
  input: deleteDomainsInput,
  output: z.object({ deleted: z.array(z.string()) }),
  rest: { method: 'POST', path: '/domains/delete' },
  cli: { words: ['domains', 'remove'], positionals: [{ field: 'domains', name: 'DOMAIN' }] },
  async run(input, ctx) {
    ctx.audit({ target: input.domains.join(', ') });
    const deleted: string[] = [];
    for (const text of new Set(input.domains)) {
      const read = readDomain(text);
      if (!read.ok) return read;
      const row = await editable(ctx, read.value);
      if (!row.ok) return row;
      const outcome = await ctx.stores.domains.remove(read.value);
      if (outcome === 'in-use') return refuse(domainFaults.inUse({ domain: read.value, users: 1 }));
      if (outcome === 'missing') return refuse(domainFaults.missing({ domain: read.value }));
      deleted.push(read.value);
      announce(ctx, read.value, 'removed');
    }
    ctx.audit({ before: { domains: deleted }, ...(deleted.length === 1 ? { targetKey: `domain:${deleted[0]}` } : {}) });
    return ok({ deleted });
  },
});

const setDefaultDomain = defineUseCase({
  id: 'domains.setDefault',
  title: 'Set the default IM domain',
  summary: 'New users without a domain get this one. Existing users keep their addresses.',
  may: 'domains.write',
  audit: 'domain.set-default',
  kind: 'change',
  input: setDefaultDomainInput,
  output: domainView,
  rest: { method: 'POST', path: '/domains/{domain}/default' },
  cli: { words: ['domains', 'default'], positionals: [{ field: 'domain', name: 'DOMAIN' }] },
  async run(input, ctx) {
    ctx.audit({ target: input.domain });
    const read = readDomain(input.domain);
    if (!read.ok) return read;
    const domain = read.value;
    const rows = await ctx.stores.domains.list();
    if (!rows.some((row) => row.domain === domain)) return refuse(domainFaults.missing({ domain }));
    ctx.audit({
      target: domain,
      targetKey: `domain:${domain}`,
      before: { default: rows.find((row) => row.isDefault)?.domain ?? null },
      after: { default: domain },
    });
    await ctx.stores.domains.setDefault(domain);
    announce(ctx, domain, 'renamed');
    return find(ctx, domain);
  },
});

/** The use cases of this area; the key is the verb in their id. */
export const domains = {
  list: listDomains,
  add: addDomain,
  update: updateDomain,
  delete: deleteDomains,
  setDefault: setDefaultDomain,
} as const;
