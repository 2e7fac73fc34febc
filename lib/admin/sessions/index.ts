import { z } from 'zod';
import { defineFaults } from '../../kernel/faults.ts';
import { ok, refuse } from '../../kernel/result.ts';
import { defineUseCase } from '../shared/define.ts';
import type { SessionView } from '../shared/engine-view.ts';
import { pageOf } from '../shared/fields.ts';
import { invalidFields } from '../shared/problems.ts';
import { sessionRow } from '../users/outputs.ts';
import { presentSession } from '../users/resolve.ts';
import { endSessionsInput, findSessionsInput } from './inputs.ts';
import { pickPage, readCursor } from './pick-page.ts';

const sessionFaults = defineFaults('sessions', {
  missing: { kind: 'missing', message: 'None of these sessions exists any more.' },
});

const findSessions = defineUseCase({
  id: 'sessions.find',
  title: 'Find sessions',
  summary: 'Lists the clients that are signed in now, or wait to be resumed.',
  may: 'sessions.read',
  kind: 'read',
  input: findSessionsInput,
  output: pageOf(sessionRow),
  rest: { method: 'GET', path: '/sessions' },
  cli: {
    words: ['sessions', 'list'],
    positionals: [{ field: 'user', name: 'USER' }],
    table: { path: 'items', columns: ['user', 'resource', 'state', 'show', 'address', 'transport', 'client', 'since', 'id'] },
    examples: ['rollcall sessions list anna', 'rollcall sessions list --state hibernating'],
  },
  async run(input, { deps }) {
    const after = input.cursor === undefined ? null : readCursor(input.cursor);
    if (input.cursor !== undefined && !after) return refuse(invalidFields({ cursor: 'Is not from a page of this list.' }));
    const user = input.user?.toLowerCase();
    const client = input.client?.toLowerCase();
    const matches = (session: SessionView) =>
      (user === undefined || session.bare.startsWith(user)) &&
      (input.address === undefined || session.address.startsWith(input.address)) &&
      (client === undefined || session.client.toLowerCase().includes(client)) &&
      (input.state === undefined || session.state === input.state) &&
      (input.transport === undefined || session.transport === input.transport);
    const page = await pickPage(deps.engine.sessions(), {
      matches,
      sort: input.sort,
      descending: input.descending,
      limit: input.limit,
      after,
    });
    return ok({ items: page.items.map(presentSession), next: page.next, total: page.total, totalIsFloor: false });
  },
});

const endSessions = defineUseCase({
  id: 'sessions.end',
  title: 'End sessions',
  summary: 'Signs clients out. Their people can sign in again; disable a user to keep them out.',
  may: 'sessions.end',
  audit: 'session.end',
  kind: 'effect',
  input: endSessionsInput,
  output: z.object({ ended: z.array(z.string()), gone: z.array(z.string()) }),
  rest: { method: 'POST', path: '/sessions/end' },
  cli: {
    words: ['sessions', 'end'],
    positionals: [{ field: 'sessions', name: 'SESSION' }],
    examples: ['rollcall sessions end SESSION --reason "Maintenance"'],
  },
  async run(input, ctx) {
    const wanted = new Set(input.sessions);
    const names: string[] = [];
    for (const session of ctx.deps.engine.sessions()) if (wanted.has(session.id)) names.push(`${session.bare}/${session.resource}`);
    ctx.audit({
      target: (names.length > 0 ? names : input.sessions).join(', '),
      targetKey: wanted.size === 1 ? `session:${input.sessions[0]}` : '',
    });
    const ended: string[] = [];
    const gone: string[] = [];
    for (const id of wanted) (ctx.deps.engine.endSession(id, input.reason) ? ended : gone).push(id);
    if (ended.length === 0) return refuse(sessionFaults.missing());
    ctx.audit({ before: { sessions: names }, after: { ended: ended.length, reason: input.reason } });
    return ok({ ended, gone });
  },
});

/** The use cases of this area; the key is the verb in their id. */
export const sessions = { find: findSessions, end: endSessions } as const;
