import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ok, refuse } from '../../kernel/result.ts';
import { adminFixture, viewerOf } from '../../testing/admin-fixture.ts';
import { type AnyUseCase, defineUseCase } from './define.ts';
import { secretText } from './fields.ts';

const administrator = viewerOf('administrator');
const reader = viewerOf('read-only');

const change = (run: AnyUseCase['run'], more: Partial<AnyUseCase> = {}): AnyUseCase => ({
  ...(defineUseCase({
    id: 'test.change',
    title: 'T',
    summary: 'S',
    may: 'users.write',
    audit: 'thing.change',
    kind: 'change',
    input: z.strictObject({ name: z.string().default('x'), pin: secretText('').optional() }),
    output: z.object({ done: z.boolean() }),
    rest: { none: 'test' },
    cli: { none: 'test' },
    run: async () => ok({ done: true }),
  }) as unknown as AnyUseCase),
  run,
  ...more,
});
const done = async () => ok({ done: true });
const lastAudit = async (fixture: ReturnType<typeof adminFixture>) => (await fixture.stores.audit.find({ limit: 10 })).items;

describe('the call of a use case', () => {
  it('refuses without the permission, names it and who has it, and records the attempt', async () => {
    const fixture = adminFixture();
    const result = await fixture.call(change(done), reader, { name: 'a' });
    expect(result).toMatchObject({
      ok: false,
      fault: { kind: 'refused', code: 'admin.notPermitted', details: { permission: 'users.write', roles: ['administrator'] } },
    });
    const [record] = await lastAudit(fixture);
    expect(record).toMatchObject({
      action: 'thing.change',
      result: 'refused',
      actor: 'the read-only',
      address: '192.0.2.1',
      after: { asked: { name: 'a' } },
    });
  });

  it('does not record a refused read', async () => {
    const fixture = adminFixture();
    await fixture.call(change(done, { kind: 'read' }), reader, {});
    expect(await lastAudit(fixture)).toEqual([]);
  });

  it('refuses unknown keys and tells problems by dotted path', async () => {
    const fixture = adminFixture();
    const nested = change(done, { input: z.strictObject({ a: z.strictObject({ b: z.int().max(5) }) }) });
    expect(await fixture.call(nested, administrator, { a: { b: 9, c: 1 }, d: 1 })).toMatchObject({
      ok: false,
      fault: { kind: 'invalid', fields: { 'a.b': 'Must be at most 5.', 'a.c': 'There is no such field.', d: 'There is no such field.' } },
    });
  });

  it('rolls back what a refused change wrote, and still records the refusal', async () => {
    const fixture = adminFixture();
    const result = await fixture.call(
      change(async (_input, ctx) => {
        await ctx.stores.domains.add('lost.example' as never);
        ctx.audit({ target: 'lost.example' });
        return refuse({ code: 'test.no', kind: 'conflict', message: 'No.' });
      }),
      administrator,
      {},
    );
    expect(result).toMatchObject({ ok: false, fault: { code: 'test.no', details: { trace: expect.any(String) } } });
    expect((await fixture.stores.domains.list()).map((row) => row.domain)).not.toContain('lost.example');
    expect((await lastAudit(fixture))[0]).toMatchObject({ result: 'refused', target: 'lost.example', detail: 'No.' });
  });

  it('turns an exception into a bug with a trace, rolls back and keeps the text of the exception inside', async () => {
    const fixture = adminFixture();
    const result = await fixture.call(
      change(async (_input, ctx) => {
        await ctx.stores.domains.add('lost.example' as never);
        throw new Error('secret path /etc/x');
      }),
      administrator,
      {},
      'trace-7',
    );
    expect(result).toMatchObject({ ok: false, fault: { kind: 'bug', details: { trace: 'trace-7' } } });
    expect(JSON.stringify(result)).not.toContain('/etc/x');
    expect((await fixture.stores.domains.list()).map((row) => row.domain)).not.toContain('lost.example');
    expect((await lastAudit(fixture))[0]).toMatchObject({ result: 'failed' });
  });

  it.each([
    { code: 'P1001' },
    { cause: { code: 'ECONNREFUSED' } },
    { code: 'P2010', meta: { driverAdapterError: { cause: { originalCode: '57P01' } } } },
    { message: 'Connection terminated unexpectedly' },
  ])('says that the database is down instead of calling it a bug: %j', async (facts) => {
    const fixture = adminFixture();
    const down = change(() => Promise.reject(Object.assign(new Error('x'), facts)));
    expect(await fixture.call(down, administrator, {})).toMatchObject({ ok: false, fault: { kind: 'down', code: 'admin.databaseDown' } });
  });

  it('passes on the refusal a store throws', async () => {
    const fixture = adminFixture();
    expect(await fixture.api.audit.find(administrator, { cursor: 'from nowhere' })).toMatchObject({
      ok: false,
      fault: { code: 'store.badCursor', kind: 'invalid' },
    });
  });

  it('undoes the change when its record cannot be written', async () => {
    const fixture = adminFixture();
    const { audit } = fixture.stores.unitOfWork.stores;
    Object.assign(audit, { append: () => Promise.reject(new Error('disk full')) });
    const result = await fixture.call(
      change(async (_input, ctx) => {
        await ctx.stores.domains.add('lost.example' as never);
        return ok({ done: true });
      }),
      administrator,
      {},
    );
    expect(result.ok).toBe(false);
    expect((await fixture.stores.domains.list()).map((row) => row.domain)).not.toContain('lost.example');
  });

  it('runs effects after the commit, and not at all when the change is refused', async () => {
    const fixture = adminFixture();
    const order: string[] = [];
    await fixture.call(
      change(async (_input, ctx) => {
        ctx.afterCommit(() => order.push('effect'));
        order.push('work');
        return ok({ done: true });
      }),
      administrator,
      {},
    );
    await fixture.call(
      change(async (_input, ctx) => {
        ctx.afterCommit(() => order.push('never'));
        return refuse({ code: 'test.no', kind: 'refused', message: 'No.' });
      }),
      administrator,
      {},
    );
    expect(order).toEqual(['work', 'effect']);
  });

  it('keeps secrets out of the record wherever the use case puts them', async () => {
    const fixture = adminFixture();
    const leaky = change(async (input, ctx) => {
      const { pin } = input as { pin: string };
      ctx.audit({
        target: `pin ${pin}`,
        before: { password: 'old-one', nested: { list: [pin] } },
        after: { note: `now ${pin}`, adminSecret: 'zzz' },
      });
      return ok({ done: true });
    });
    await fixture.call(leaky, administrator, { pin: 'hunter2!' });
    await fixture.call(leaky, reader, { pin: 'hunter3!' });
    const text = JSON.stringify(await lastAudit(fixture));
    expect(text).not.toMatch(/hunter2!|hunter3!|old-one|zzz/);
    expect(text).toContain('now ***');
  });

  it('gives out only what the output schema names', async () => {
    const fixture = adminFixture();
    const result = await fixture.call(
      change(async () => ok({ done: true, passwordHash: 'x' })),
      administrator,
      {},
    );
    expect(result).toEqual({ ok: true, value: { done: true } });
  });

  it('records an effect after it was done, without a transaction around it', async () => {
    const fixture = adminFixture();
    const effect = change(async () => ok({ done: (await lastAudit(fixture)).length === 0 }), { kind: 'effect' });
    expect(await fixture.call(effect, administrator, {})).toEqual({ ok: true, value: { done: true } });
    expect((await lastAudit(fixture))[0]).toMatchObject({ result: 'done' });
  });
});
