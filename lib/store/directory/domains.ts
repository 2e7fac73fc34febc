import type { DomainRow, DomainStore } from '../../directory/ports.ts';
import type { Domain } from '../../kernel/jid.ts';
import type { Db, Tx } from '../db.ts';

/**
 * A domain appears with its first user. Its row stays locked (for sharing) until the transaction ends, so that it cannot vanish
 * between here and the user's row.
 */
export async function domainsUsed(tx: Tx, domains: readonly string[], at: number): Promise<void> {
  const sorted = [...domains].sort();
  for (let tries = 0; ; tries++) {
    await tx.$executeRaw`INSERT INTO domain (domain, managed, created_at) SELECT d, 'system', ${BigInt(at)} FROM unnest(${sorted}::text[]) AS d ON CONFLICT DO NOTHING`;
    const locked = await tx.$queryRaw<
      { domain: string }[]
    >`SELECT domain FROM domain WHERE domain = ANY(${sorted}::text[]) ORDER BY domain FOR KEY SHARE`;
    if (locked.length === sorted.length) return;
    // Another transaction took one away after we found it; the next round makes it anew.
    if (tries > 10) throw new Error('a domain keeps vanishing');
  }
}

/** A domain that came with a user goes with the last one; what was added by hand and the default stay. */
export async function domainsGone(tx: Tx, domains: readonly string[]): Promise<void> {
  if (domains.length === 0) return;
  // The lock waits for whoever is adding a user; the deletion is a statement of its own, so that it sees that user.
  const idle = await tx.$queryRaw<{ domain: string }[]>`
    SELECT domain FROM domain d WHERE domain = ANY(${[...domains]}::text[]) AND managed = 'system' AND NOT is_default
      AND NOT EXISTS (SELECT 1 FROM account a WHERE a.domain = d.domain) ORDER BY domain FOR UPDATE`;
  if (idle.length === 0) return;
  await tx.$executeRaw`
    DELETE FROM domain d WHERE domain = ANY(${idle.map((row) => row.domain)}::text[]) AND NOT EXISTS (SELECT 1 FROM account a WHERE a.domain = d.domain)`;
}

interface Found {
  is_default: boolean;
  used: boolean;
}
async function lock(tx: Tx, domain: string): Promise<Found | null> {
  const [row] = await tx.$queryRaw<{ is_default: boolean }[]>`SELECT is_default FROM domain WHERE domain = ${domain} FOR UPDATE`;
  if (row === undefined) return null;
  const [user] = await tx.$queryRaw<{ id: number }[]>`SELECT id FROM account WHERE domain = ${domain} LIMIT 1`;
  return { is_default: row.is_default, used: user !== undefined };
}

export function prismaDomainStore({ db, now }: { db: Db; now: () => number }): DomainStore {
  const { tx } = db;
  return {
    async list() {
      const rows = await tx.$queryRaw<{ domain: string; managed: string; users: number; is_default: boolean; created_at: number }[]>`
        SELECT d.domain, d.managed, d.is_default, d.created_at::float8 AS created_at, (SELECT count(*) FROM account a WHERE a.domain = d.domain)::int AS users
        FROM domain d ORDER BY d.domain COLLATE "C"`;
      return rows.map((row): DomainRow => {
        return {
          domain: row.domain as Domain,
          managed: row.managed as DomainRow['managed'],
          users: row.users,
          isDefault: row.is_default,
          createdAt: row.created_at,
        };
      });
    },
    async add(domain) {
      const made =
        await tx.$executeRaw`INSERT INTO domain (domain, managed, created_at) VALUES (${domain}, 'administrator', ${BigInt(now())}) ON CONFLICT DO NOTHING`;
      return made === 1 ? 'added' : 'exists';
    },
    rename: (from, to) =>
      db.atomically(async (inside) => {
        const found = await lock(inside, from);
        if (found === null) return 'missing';
        if (found.used) return 'in-use';
        const made = await inside.$executeRaw`
          INSERT INTO domain (domain, managed, created_at) SELECT ${to}, managed, created_at FROM domain WHERE domain = ${from} ON CONFLICT DO NOTHING`;
        if (made === 0) return 'exists';
        await inside.$executeRaw`DELETE FROM domain WHERE domain = ${from}`;
        if (found.is_default) await inside.$executeRaw`UPDATE domain SET is_default = TRUE WHERE domain = ${to}`;
        return 'renamed';
      }),
    remove: (domain) =>
      db.atomically(async (inside) => {
        const found = await lock(inside, domain);
        if (found === null) return 'missing';
        if (found.used || found.is_default) return 'in-use';
        await inside.$executeRaw`DELETE FROM domain WHERE domain = ${domain}`;
        return 'removed';
      }),
    setDefault: (domain) =>
      db.atomically(async (inside) => {
        const were = await inside.$queryRaw<
          { domain: string }[]
        >`UPDATE domain SET is_default = FALSE WHERE is_default AND domain <> ${domain} RETURNING domain`;
        await inside.$executeRaw`
          INSERT INTO domain (domain, managed, is_default, created_at) VALUES (${domain}, 'administrator', TRUE, ${BigInt(now())})
          ON CONFLICT (domain) DO UPDATE SET is_default = TRUE`;
        await domainsGone(
          inside,
          were.map((row) => row.domain),
        );
      }),
  };
}
