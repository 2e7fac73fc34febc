import type { BareJid } from '../../kernel/jid.ts';
import type { AdminStores } from '../shared/ports.ts';
import { type Address, addressFor, passwordProblem } from './account-rules.ts';
import { type CsvRow, readUserRows } from './csv.ts';

/** What becomes of each row of a file. Preview and import go through the same judgement, so the preview tells the truth. */
export type Judged =
  | { readonly is: 'create'; readonly line: number; readonly row: ImportRow }
  | { readonly is: 'skip' | 'fail'; readonly line: number; readonly userId: string; readonly message: string };

export interface ImportRow extends Address {
  readonly userId: string;
  readonly name: string;
  readonly mail: string;
  readonly password: string;
  readonly enabled: boolean;
}
export type JudgedSlice = { readonly is: 'rows'; readonly rows: readonly Judged[] } | { readonly is: 'broken'; readonly reason: string };

export const sliceSize = 500;

export async function* judgeRows(csv: string, stores: AdminStores, fallbackDomain: string): AsyncIterable<JudgedSlice> {
  const seenUserIds = new Map<string, number>();
  const seenAddresses = new Map<string, number>();
  let slice: Judged[] = [];
  for await (const reading of readUserRows(csv)) {
    if (reading.is === 'broken') return yield reading;
    slice.push(judge(reading.row, fallbackDomain, seenUserIds, seenAddresses));
    if (slice.length < sliceSize) continue;
    yield { is: 'rows', rows: await withoutExisting(slice, stores) };
    slice = [];
  }
  if (slice.length > 0) yield { is: 'rows', rows: await withoutExisting(slice, stores) };
}

function judge(source: CsvRow, fallbackDomain: string, userIds: Map<string, number>, addresses: Map<string, number>): Judged {
  const { line, cells } = source;
  const userId = cells.userId ?? '';
  const fail = (message: string): Judged => ({ is: 'fail', line, userId, message });
  if (source.problem) return fail(source.problem);
  if (userId === '') return fail('userId: Required.');
  if (userId.length > 255) return fail('userId: Must have at most 255 characters.');
  const { name = '', mail = '', password = '' } = cells;
  if (name.length > 255) return fail('name: Must have at most 255 characters.');
  if (mail.length > 320 || !/^$|^[^\s@]+@[^\s@]+$/.test(mail)) return fail('mail: Must look like name@example.com.');
  const enabled = readSwitch(cells.enabled ?? '');
  if (enabled === null) return fail('enabled: Must be true or false.');
  const address = addressFor(userId, cells.domain || fallbackDomain);
  if (!address.ok) return fail(`${address.field}: ${address.problem}`);
  const weak = password === '' ? null : passwordProblem(password, userId);
  if (weak) return fail(`password: ${weak}`);

  const folded = userId.normalize('NFKC').toLowerCase();
  const before = userIds.get(folded) ?? addresses.get(address.value.bare);
  if (before !== undefined) return fail(`Is the same user as line ${before}.`);
  userIds.set(folded, line);
  addresses.set(address.value.bare, line);
  return { is: 'create', line, row: { userId, name, mail, password, enabled, ...address.value } };
}

function readSwitch(cell: string): boolean | null {
  const text = cell.toLowerCase();
  if (text === '' || text === 'true' || text === 'yes' || text === '1') return true;
  return text === 'false' || text === 'no' || text === '0' ? false : null;
}

async function withoutExisting(slice: readonly Judged[], stores: AdminStores): Promise<readonly Judged[]> {
  const rows = slice.flatMap((judged) => (judged.is === 'create' ? [judged.row] : []));
  if (rows.length === 0) return slice;
  const byBare = await stores.accounts.byBare(rows.map((row) => row.bare as BareJid));
  const byUserId = await stores.accounts.byUserIds(rows.map((row) => row.userId));
  return slice.map((judged) => {
    if (judged.is !== 'create') return judged;
    const { userId, bare } = judged.row;
    const same = byUserId.get(userId);
    if (same)
      return {
        is: 'skip',
        line: judged.line,
        userId,
        message: same.bare === bare ? 'Exists already.' : `The user ID exists already, with the address ${same.bare}.`,
      };
    if (byBare.has(bare)) return { is: 'skip', line: judged.line, userId, message: `The address ${bare} exists already.` };
    return judged;
  });
}
