import { z } from 'zod';
import { ok, refuse } from '../../kernel/result.ts';
import { defineUseCase } from '../shared/define.ts';
import { checkPermission } from '../shared/permission.ts';
import { consoleSessionFaults } from './faults.ts';
import { endConsoleSessionsInput, listConsoleSessionsInput } from './inputs.ts';
import { consoleSessionView } from './outputs.ts';

export const listConsoleSessions = defineUseCase({
  id: 'consoleSessions.list',
  title: 'Console sessions',
  summary: 'Who is signed in to the console, from where and since when; your own, or of everybody.',
  may: 'self.read',
  kind: 'read',
  input: listConsoleSessionsInput,
  output: z.object({ items: z.array(consoleSessionView) }),
  rest: { method: 'GET', path: '/console-sessions' },
  cli: {
    words: ['console-sessions', 'list'],
    table: { path: 'items', columns: ['id', 'username', 'address', 'createdAt', 'lastSeenAt', 'agent'] },
    examples: ['rollcall console-sessions list --all'],
  },
  async run({ all }, { viewer, stores, deps }) {
    const missing = all ? checkPermission(viewer, 'operators.read') : null;
    if (missing) return refuse(missing);
    const { idleMinutes } = deps.settings.section('console').get();
    const now = deps.clock.now();
    const open = (await stores.consoleSessions.listFor(all ? null : viewer.id)).filter(
      (s) => s.expiresAt > now && s.lastSeenAt > now - idleMinutes * 1000,
    );
    return ok({
      items: open.map(({ id, username, operatorId, createdAt, lastSeenAt, expiresAt, address, agent }) => ({
        id,
        username,
        operatorId,
        createdAt,
        lastSeenAt,
        expiresAt,
        address,
        agent,
        current: id === viewer.sessionId,
      })),
    });
  },
});

export const endConsoleSessions = defineUseCase({
  id: 'consoleSessions.end',
  title: 'End console sessions',
  summary: 'Signs browsers out of the console; those of others only for administrators.',
  may: 'self.write',
  audit: 'console-session.end',
  kind: 'change',
  input: endConsoleSessionsInput,
  output: z.object({ ended: z.int() }),
  rest: { method: 'POST', path: '/console-sessions/end' },
  cli: { words: ['console-sessions', 'end'], positionals: [{ field: 'ids', name: 'SESSION' }] },
  async run({ ids }, ctx) {
    const open = (await ctx.stores.consoleSessions.listFor(null)).filter((session) => ids.includes(session.id));
    const names = [...new Set(open.map((session) => session.username))];
    ctx.audit({
      target: names.join(', ') || ids.join(', '),
      before: { sessions: open.map(({ id, username, address }) => ({ id, username, address })) },
    });
    if (open.length === 0) return refuse(consoleSessionFaults.missing());
    const foreign = open.some((session) => session.operatorId !== ctx.viewer.id);
    if (foreign && checkPermission(ctx.viewer, 'operators.write')) return refuse(consoleSessionFaults.notYours());
    const ended = await ctx.stores.consoleSessions.remove(open.map((session) => session.id));
    ctx.afterCommit(() => {
      for (const { id } of open) ctx.deps.events.emit('console-session.ended', { sessionId: id });
    });
    return ok({ ended });
  },
});
