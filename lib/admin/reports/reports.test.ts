import { describe, expect, it } from 'vitest';
import { createReportWatch } from '../../blocking/index.ts';
import type { Report } from '../../blocking/ports.ts';
import { sortableId } from '../../kernel/ids.ts';
import { silentLog } from '../../kernel/log.ts';
import { adminFixture, viewerOf } from '../../testing/admin-fixture.ts';
import { eventually } from '../../testing/eventually.ts';

const operator = viewerOf('operator');
const report = (reported: string): Report => ({
  id: sortableId(),
  at: 1_700_000_000_000,
  reporter: 'anna@example.com',
  reported,
  reason: 'spam',
  text: '',
  messages: '',
  state: 'open',
  closedBy: '',
  closedAt: null,
  note: '',
});

describe('reports', () => {
  it('are found in pages and closed once, with what was done', async () => {
    const { api, stores } = adminFixture();
    const rows = ['a@bad.example', 'b@bad.example', 'c@bad.example'].map(report);
    for (const row of rows) await stores.reports.add(row);
    const first = await api.reports.find(operator, { limit: 2 });
    expect(first).toMatchObject({ ok: true, value: { total: 3, items: [{ reported: 'c@bad.example' }, { reported: 'b@bad.example' }] } });
    const next = first.ok ? first.value.next : null;
    expect(await api.reports.find(operator, { limit: 2, cursor: next ?? '' })).toMatchObject({
      ok: true,
      value: { next: null, items: [{ reported: 'a@bad.example' }] },
    });
    const id = rows[0]!.id;
    expect(await api.reports.close(viewerOf('read-only'), { report: id })).toMatchObject({ ok: false });
    expect(await api.reports.close(operator, { report: id, note: 'Disabled' })).toMatchObject({
      ok: true,
      value: { state: 'closed', closedBy: operator.name, note: 'Disabled' },
    });
    expect(await api.reports.close(operator, { report: id })).toMatchObject({ ok: false, fault: { code: 'reports.closed' } });
    expect(await api.reports.get(operator, { report: 'none' })).toMatchObject({ ok: false, fault: { code: 'reports.missing' } });
    expect(await api.reports.find(operator, { state: 'open', search: 'a@' })).toMatchObject({ ok: true, value: { items: [] } });
  });

  it('raise an alarm until the last one is closed', async () => {
    const { api, stores, events } = adminFixture();
    const watch = createReportWatch({ store: stores.reports, events, log: silentLog });
    expect(watch.alarms()).toEqual([]);
    const row = report('a@bad.example');
    await stores.reports.add(row);
    events.emit('report.changed', { id: row.id, what: 'received' });
    await eventually(() => watch.alarms()[0]?.what.startsWith('One report') === true);
    await api.reports.close(operator, { report: row.id });
    await eventually(() => watch.alarms().length === 0);
    watch.stop();
  });
});
