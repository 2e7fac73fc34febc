import { z } from 'zod';
import type { Report } from '../../blocking/ports.ts';
import { defineFaults } from '../../kernel/faults.ts';
import { ok, refuse } from '../../kernel/result.ts';
import { defineUseCase } from '../shared/define.ts';
import { instant, pageOf } from '../shared/fields.ts';
import { closeReportInput, findReportsInput, reportInput } from './inputs.ts';

const reportFaults = defineFaults('reports', {
  missing: { kind: 'missing', message: 'There is no report {id}.' },
  closed: { kind: 'conflict', message: 'This report was closed meanwhile.' },
});

const reportRow = z.object({
  id: z.string(),
  at: instant,
  reporter: z.string(),
  reported: z.string(),
  reason: z.enum(['spam', 'abuse']),
  text: z.string(),
  /** The messages it is about, one a line: time and text. Empty when none were named. */
  messages: z.string(),
  state: z.enum(['open', 'closed']),
  closedBy: z.string(),
  closedAt: instant.nullable(),
  note: z.string(),
});
export type ReportView = z.output<typeof reportRow>;
const present = (report: Report): ReportView => ({ ...report });

const findReports = defineUseCase({
  id: 'reports.find',
  title: 'Find reports',
  summary: 'Spam and abuse that people reported when they blocked somebody, newest first.',
  may: 'reports.read',
  kind: 'read',
  input: findReportsInput,
  output: pageOf(reportRow),
  rest: { method: 'GET', path: '/reports' },
  cli: {
    words: ['reports', 'list'],
    positionals: [{ field: 'search', name: 'ADDRESS' }],
    table: { path: 'items', columns: ['id', 'at', 'reported', 'reason', 'reporter', 'state', 'text'] },
    examples: ['rollcall reports list --state open'],
  },
  async run({ search, state, limit, cursor }, { stores }) {
    const page = await stores.reports.find({
      ...(search === undefined ? {} : { search }),
      ...(state === undefined ? {} : { state }),
      limit: limit + 1,
      ...(cursor === undefined ? {} : { after: cursor }),
    });
    const items = page.items.slice(0, limit);
    return ok({
      items: items.map(present),
      next: page.items.length > limit ? (items.at(-1)?.id ?? null) : null,
      total: page.total,
      totalIsFloor: false,
    });
  },
});

const getReport = defineUseCase({
  id: 'reports.get',
  title: 'Show a report',
  summary: 'One report with what the person wrote and the messages it is about.',
  may: 'reports.read',
  kind: 'read',
  input: reportInput,
  output: reportRow,
  rest: { method: 'GET', path: '/reports/{report}' },
  cli: { words: ['reports', 'show'], positionals: [{ field: 'report', name: 'REPORT' }] },
  async run({ report }, { stores }) {
    const found = await stores.reports.get(report);
    return found === null ? refuse(reportFaults.missing({ id: report })) : ok(present(found));
  },
});

const closeReport = defineUseCase({
  id: 'reports.close',
  title: 'Close a report',
  summary: 'Marks a report as done with, and keeps what was done about it. To act on an account here, disable the user.',
  may: 'reports.write',
  audit: 'report.close',
  kind: 'change',
  input: closeReportInput,
  output: reportRow,
  rest: { method: 'POST', path: '/reports/{report}/close' },
  cli: {
    words: ['reports', 'close'],
    positionals: [{ field: 'report', name: 'REPORT' }],
    examples: ['rollcall reports close REPORT --note "The account was disabled."'],
  },
  async run({ report, note }, ctx) {
    const found = await ctx.stores.reports.get(report);
    if (found === null) return refuse(reportFaults.missing({ id: report }));
    ctx.audit({ target: found.reported, targetKey: `report:${report}`, before: { state: found.state }, after: { state: 'closed', note } });
    const at = ctx.deps.clock.now();
    if (!(await ctx.stores.reports.close(report, ctx.viewer.name, at, note))) return refuse(reportFaults.closed());
    ctx.afterCommit(() => ctx.deps.events.emit('report.changed', { id: report, what: 'closed' }));
    return ok({ ...present(found), state: 'closed' as const, closedBy: ctx.viewer.name, closedAt: at, note });
  },
});

/** The use cases of this area; the key is the verb in their id. */
export const reports = { find: findReports, get: getReport, close: closeReport } as const;
