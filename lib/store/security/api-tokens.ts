import type { ApiToken, ApiTokenStore } from '../../security/ports.ts';
import { big, bigOrNull, type Db, ms, msOrNull, type Tx } from '../db.ts';
import type { ApiTokenModel } from '../generated/models.ts';
import { jsonRows } from '../json-rows.ts';
import type { Channel } from '../write-behind.ts';
import type { UseTouch } from './console-sessions.ts';

const toToken = (row: ApiTokenModel): ApiToken => ({
  id: row.id,
  name: row.name,
  scopes: row.scopes,
  createdBy: row.createdBy,
  createdAt: ms(row.createdAt),
  expiresAt: msOrNull(row.expiresAt),
  lastUsedAt: msOrNull(row.lastUsedAt),
  revokedAt: msOrNull(row.revokedAt),
});

export function prismaApiTokenStore({ db, touches }: { db: Db; touches: Channel<UseTouch> }): ApiTokenStore {
  const { tx } = db;
  return {
    async create({ scopes, createdAt, expiresAt, lastUsedAt, revokedAt, ...row }) {
      await tx.apiToken.create({
        data: {
          ...row,
          scopes: [...scopes],
          createdAt: big(createdAt),
          expiresAt: bigOrNull(expiresAt),
          lastUsedAt: bigOrNull(lastUsedAt),
          revokedAt: bigOrNull(revokedAt),
        },
      });
    },
    async bySecretHash(secretHash) {
      const row = await tx.apiToken.findUnique({ where: { secretHash } });
      return row === null ? null : toToken(row);
    },
    list: async () => (await tx.apiToken.findMany({ orderBy: [{ createdAt: 'desc' }, { id: 'asc' }] })).map(toToken),
    revoke: async (id, at) => (await tx.apiToken.updateMany({ where: { id, revokedAt: null }, data: { revokedAt: big(at) } })).count > 0,
    touch: (id, at) => touches.put(id, { id, at }),
  };
}

export const writeTokenTouches = (tx: Tx, rows: readonly UseTouch[]): Promise<number> => tx.$executeRaw`
  UPDATE api_token SET last_used_at = r.at FROM jsonb_to_recordset(${jsonRows(rows)}::jsonb) AS r(id text, at int8)
  WHERE api_token.id = r.id AND coalesce(api_token.last_used_at, 0) < r.at`;
