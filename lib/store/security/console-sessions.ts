import type { ConsoleSession, ConsoleSessionStore } from '../../security/ports.ts';
import { big, type Db, ms, type Tx } from '../db.ts';
import type { ConsoleSessionModel } from '../generated/models.ts';
import { jsonRows } from '../json-rows.ts';
import type { Channel } from '../write-behind.ts';

/** Something was used at a time: a console session, a token. */
export interface UseTouch {
  readonly id: string;
  readonly at: number;
}

const toSession = (row: ConsoleSessionModel): ConsoleSession => ({
  id: row.id,
  operatorId: row.operatorId,
  createdAt: ms(row.createdAt),
  lastSeenAt: ms(row.lastSeenAt),
  expiresAt: ms(row.expiresAt),
  address: row.address,
  agent: row.agent,
});

export function prismaConsoleSessionStore({ db, touches }: { db: Db; touches: Channel<UseTouch> }): ConsoleSessionStore {
  const { tx } = db;
  /** With the use that is not written yet: else an active session would look idle. */
  const fresh = (session: ConsoleSession): ConsoleSession => {
    const touch = touches.peek(session.id);
    return touch === undefined || touch.at <= session.lastSeenAt ? session : { ...session, lastSeenAt: touch.at };
  };
  return {
    async create({ createdAt, lastSeenAt, expiresAt, ...row }) {
      await tx.consoleSession.create({
        data: { ...row, createdAt: big(createdAt), lastSeenAt: big(lastSeenAt), expiresAt: big(expiresAt) },
      });
    },
    async bySecretHash(secretHash) {
      const row = await tx.consoleSession.findUnique({ where: { secretHash } });
      return row === null ? null : fresh(toSession(row));
    },
    async listFor(operatorId) {
      const rows = await tx.consoleSession.findMany({
        where: operatorId === null ? {} : { operatorId },
        orderBy: [{ lastSeenAt: 'desc' }, { id: 'asc' }],
        include: { operator: { select: { username: true } } },
      });
      return rows.map((row) => ({ ...fresh(toSession(row)), username: row.operator.username }));
    },
    touch: (id, at) => touches.put(id, { id, at }),
    remove: async (ids) => (await tx.consoleSession.deleteMany({ where: { id: { in: [...ids] } } })).count,
    removeFor: async (operatorId, exceptId) =>
      (await tx.consoleSession.deleteMany({ where: { operatorId, ...(exceptId === undefined ? {} : { id: { not: exceptId } }) } })).count,
    async expire(now, idleBefore) {
      await touches.flush();
      return (
        await tx.consoleSession.deleteMany({ where: { OR: [{ expiresAt: { lte: big(now) } }, { lastSeenAt: { lt: big(idleBefore) } }] } })
      ).count;
    },
  };
}

export const writeConsoleTouches = (tx: Tx, rows: readonly UseTouch[]): Promise<number> => tx.$executeRaw`
  UPDATE console_session SET last_seen_at = r.at FROM jsonb_to_recordset(${jsonRows(rows)}::jsonb) AS r(id text, at int8)
  WHERE console_session.id = r.id AND console_session.last_seen_at < r.at`;
