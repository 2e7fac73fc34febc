import { z } from 'zod';
import { ok } from '../../kernel/result.ts';
import { defineUseCase } from '../shared/define.ts';
import { instant } from '../shared/fields.ts';
import { alarmsInput, healthInput } from './inputs.ts';

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

/** The use cases of this area; the key is the verb in their id. */
export const diagnostics = { health: getHealth, alarms: listAlarms } as const;
