import { ok } from '../../kernel/result.ts';
import { defineUseCase } from '../shared/define.ts';
import { pageOf } from '../shared/fields.ts';
import { findUsersInput } from './inputs.ts';
import { userRow } from './outputs.ts';
import { presentUser } from './resolve.ts';

export const findUsers = defineUseCase({
  id: 'users.find',
  title: 'Find users',
  summary: 'Lists users, page by page, by search text and filters.',
  may: 'users.read',
  kind: 'read',
  input: findUsersInput,
  output: pageOf(userRow),
  rest: { method: 'GET', path: '/users' },
  cli: {
    words: ['users', 'list'],
    positionals: [{ field: 'search', name: 'SEARCH' }],
    table: { path: 'items', columns: ['userId', 'address', 'name', 'enabled', 'sessions', 'lastSignInAt'] },
    examples: ['rollcall users list', 'rollcall users list smith --domain example.com --limit 500'],
  },
  async run(input, { stores, deps }) {
    const page = await stores.accounts.find({
      sort: input.sort,
      descending: input.descending,
      limit: input.limit,
      ...(input.search ? { search: input.search } : {}),
      ...(input.domain === undefined ? {} : { domain: input.domain.toLowerCase() }),
      ...(input.enabled === undefined ? {} : { enabled: input.enabled }),
      ...(input.online ? { ids: onlineIds(deps.engine.sessions()) } : {}),
      ...(input.cursor === undefined ? {} : { cursor: input.cursor }),
    });
    return ok({
      items: page.items.map((account) => presentUser(account, deps.engine)),
      next: page.nextCursor,
      total: page.total,
      totalIsFloor: page.totalIsFloor,
    });
  },
});

function onlineIds(sessions: Iterable<{ accountId: number }>): number[] {
  const ids = new Set<number>();
  for (const session of sessions) ids.add(session.accountId);
  return [...ids];
}
