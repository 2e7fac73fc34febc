import { isUuid } from './db.ts';
import { prefixQuery } from './directory/account-rows.ts';
import { Prisma } from './generated/client.ts';
import { textTerms } from './search-words.ts';

/**
 * What a query of any archive (XEP-0313) may narrow by, a person's or a room's. `owner` leads each word in the index, so that one index serves
 * searches inside one archive. Null: nothing can match.
 */
export function sharedConditions(
  query: { readonly start?: number; readonly end?: number; readonly ids?: readonly string[]; readonly text?: string },
  owner: number,
): Prisma.Sql[] | null {
  const parts: Prisma.Sql[] = [];
  if (query.start !== undefined) parts.push(Prisma.sql`at >= ${BigInt(Math.trunc(query.start))}`);
  if (query.end !== undefined) parts.push(Prisma.sql`at <= ${BigInt(Math.trunc(query.end))}`);
  if (query.ids !== undefined) {
    const ids = query.ids.filter(isUuid);
    if (ids.length === 0) return null;
    parts.push(Prisma.sql`uid = ANY(${ids}::uuid[])`);
  }
  if (query.text !== undefined) {
    const terms = textTerms(query.text);
    if (terms.length === 0) return null;
    parts.push(Prisma.sql`words @@ ${prefixQuery(terms.map((term) => `${owner}:${term}`))}::tsquery`);
  }
  return parts;
}
