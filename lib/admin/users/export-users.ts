import type { AccountStore } from '../../directory/ports.ts';
import { ok } from '../../kernel/result.ts';
import { csvLine } from '../shared/csv.ts';
import { defineUseCase } from '../shared/define.ts';
import { download } from '../shared/fields.ts';
import { exportColumns } from './csv.ts';
import { exportUsersInput } from './inputs.ts';

export const exportUsers = defineUseCase({
  id: 'users.export',
  title: 'Export users',
  summary: 'Writes the users that match as CSV, in the columns an import reads. Passwords are not in it: nobody can read them back.',
  may: 'users.read',
  audit: 'user.export',
  kind: 'read',
  input: exportUsersInput,
  output: download,
  rest: { method: 'GET', path: '/users/export', produces: 'text/csv' },
  cli: { words: ['users', 'export'], examples: ['rollcall users export > people.csv', 'rollcall users export --domain example.com'] },
  async run(input, ctx) {
    const query = {
      ...(input.search ? { search: input.search } : {}),
      ...(input.domain === undefined ? {} : { domain: input.domain.toLowerCase() }),
      ...(input.enabled === undefined ? {} : { enabled: input.enabled }),
    };
    ctx.audit({ target: 'Users as CSV', after: { filter: query } });
    return ok({ fileName: 'users.csv', mediaType: 'text/csv; charset=utf-8', chunks: lines(ctx.stores.accounts, query) });
  },
});

async function* lines(accounts: AccountStore, query: Parameters<AccountStore['each']>[0]): AsyncIterable<string> {
  yield csvLine(exportColumns);
  for await (const slice of accounts.each(query)) {
    yield slice.map((account) => csvLine([account.userId, account.name, account.mail, account.domain, account.enabled])).join('');
  }
}
