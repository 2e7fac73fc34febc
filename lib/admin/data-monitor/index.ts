import { z } from 'zod';
import { ok } from '../../kernel/result.ts';
import { defineUseCase } from '../shared/define.ts';
import { instant } from '../shared/fields.ts';
import { showReplicationInput } from './inputs.ts';

const show = defineUseCase({
  id: 'dataMonitor.show',
  title: 'Replication state',
  summary:
    'Whether what is stored is complete where the nodes read it: the database, its copies, and the first sync that feature services wait for.',
  may: 'services.read',
  kind: 'read',
  input: showReplicationInput,
  output: z.object({
    /** What this node does: feature services run, wait, or were started although something is wanting. */
    gate: z.enum(['open', 'waiting', 'given-up']),
    since: instant,
    says: z.string(),
    wanting: z.array(z.string()),
    givesUpAt: instant.nullable(),
    lookedAt: instant.nullable(),
    serverVersion: z.string(),
    roundTripMs: z.number().nullable(),
    standbys: z.array(z.object({ name: z.string(), address: z.string(), state: z.string(), lagMs: z.number().nullable() })),
    /** Each node: how long a word to it takes, whether it reaches the database, and what that makes of it. */
    nodes: z.array(
      z.object({
        node: z.string(),
        role: z.enum(['alone', 'publisher', 'subscriber']),
        pingMs: z.number().nullable(),
        database: z.string(),
        provedSecondsAgo: z.number().nullable(),
        setup: z.string(),
      }),
    ),
  }),
  rest: { method: 'GET', path: '/data-monitor' },
  cli: {
    words: ['utils', 'dbreplication', 'runtimestate'],
    table: { path: 'nodes', columns: ['node', 'role', 'pingMs', 'database', 'provedSecondsAgo', 'setup'] },
    examples: ['rollcall utils dbreplication runtimestate'],
  },
  async run(_input, { deps, stores }) {
    const { failover } = deps;
    const { gate, since, wanting, givesUpAt, lookedAt, replication, why } = failover.monitor.state();
    const rows = failover.isAlone ? null : await stores.redundancy.read();
    const proved = new Map(
      [...(rows?.loose ?? []), ...(rows?.groups.flatMap((group) => group.nodes) ?? [])].map((n) => [n.name, n.provedAgoMs]),
    );
    return ok({
      gate,
      since,
      says: why,
      wanting: [...wanting],
      givesUpAt,
      lookedAt,
      serverVersion: replication?.serverVersion ?? '',
      roundTripMs: replication === null ? null : Math.round(replication.roundTripMs * 10) / 10,
      standbys: (replication?.standbys ?? []).map((standby) => ({ ...standby })),
      nodes: failover.nodes().map((node, index) => {
        const ago = proved.get(node.name);
        const isUp = index === 0 ? replication !== null : node.health.database === 'up' && node.state !== 'gone';
        return {
          node: node.name,
          role: failover.isAlone ? ('alone' as const) : node.role,
          pingMs: index === 0 ? 0 : node.delayMs,
          database: isUp ? 'up' : 'down',
          provedSecondsAgo: ago === undefined ? null : Math.round(ago / 1000),
          setup: isUp ? '(2) Setup Completed' : '(3) Does not reach the database',
        };
      }),
    });
  },
});

/** The use cases of this area; the key is the verb in their id. */
export const dataMonitor = { show } as const;
