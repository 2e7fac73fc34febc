import { z } from 'zod';
import { ok } from '../../kernel/result.ts';
import { complianceOf, protocolList, suitesOf } from '../../xmpp/compliance.ts';
import { defineUseCase } from '../shared/define.ts';
import { instant } from '../shared/fields.ts';
import { alarmsInput, healthInput, protocolsInput } from './inputs.ts';

export const alarmView = z.object({
  id: z.string(),
  severity: z.enum(['critical', 'warning']),
  what: z.string(),
  action: z.string(),
  link: z.string(),
  since: instant,
});
export type AlarmView = z.output<typeof alarmView>;

const getHealth = defineUseCase({
  id: 'diagnostics.health',
  title: 'Health of the node',
  summary: 'Whether the node is ready for clients, why not if not, and what is wrong besides.',
  may: 'diagnostics.read',
  kind: 'read',
  input: healthInput,
  output: z.object({ node: z.string(), ready: z.boolean(), reasons: z.array(z.string()), alarms: z.array(alarmView) }),
  rest: { method: 'GET', path: '/diagnostics/health' },
  cli: { words: ['diagnostics', 'health'] },
  async run(_input, { deps }) {
    const { ready, reasons } = deps.diagnostics.health();
    return ok({ node: deps.nodeName, ready, reasons: [...reasons], alarms: [...deps.diagnostics.alarms()] });
  },
});

const listAlarms = defineUseCase({
  id: 'diagnostics.alarms',
  title: 'Alarms',
  summary: 'What is wrong now, since when, and what to do about it.',
  may: 'diagnostics.read',
  kind: 'read',
  input: alarmsInput,
  output: z.object({ items: z.array(alarmView) }),
  rest: { method: 'GET', path: '/diagnostics/alarms' },
  cli: { words: ['diagnostics', 'alarms'], table: { path: 'items', columns: ['severity', 'since', 'what', 'action'] } },
  run: async (_input, { deps }) => ok({ items: [...deps.diagnostics.alarms()] }),
});

const verdict = z.enum(['yes', 'partial', 'no']);

const listProtocols = defineUseCase({
  id: 'diagnostics.protocols',
  title: 'Protocols',
  summary: 'Every protocol that this server speaks, by what its parts declare, and the XMPP Compliance Suites 2023 level by level.',
  may: 'diagnostics.read',
  kind: 'read',
  input: protocolsInput,
  output: z.object({
    items: z.array(
      z.object({ number: z.string(), title: z.string(), version: z.string(), status: z.enum(['complete', 'partial']), note: z.string() }),
    ),
    suites: z.array(z.object({ suite: z.string(), core: verdict, advanced: verdict })),
    compliance: z.array(
      z.object({
        suite: z.string(),
        level: z.enum(['core', 'advanced']),
        feature: z.string(),
        needs: z.array(z.string()),
        lacks: z.array(z.string()),
        verdict,
      }),
    ),
  }),
  rest: { method: 'GET', path: '/diagnostics/protocols' },
  cli: { words: ['diagnostics', 'protocols'], table: { path: 'items', columns: ['number', 'title', 'version', 'status', 'note'] } },
  async run(_input, { deps }) {
    const protocols = deps.protocols();
    const compliance = complianceOf(protocols);
    return ok({
      items: protocolList(protocols).map(({ number, title, version, status, note }) => ({
        number,
        title,
        version,
        status,
        note: note ?? '',
      })),
      suites: [...suitesOf(compliance)],
      compliance: compliance.map((row) => ({ ...row, needs: [...row.needs], lacks: [...row.lacks] })),
    });
  },
});

/** The use cases of this area; the key is the verb in their id. */
export const diagnostics = { health: getHealth, alarms: listAlarms, protocols: listProtocols } as const;
