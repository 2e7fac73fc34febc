import pg from 'pg';
import type { Domain } from '../../lib/kernel/jid.ts';
import { derived } from '../../lib/store/directory/account-rows.ts';
import { foldersIn, readPassword } from '../../lib/store/embedded/folders.ts';
import { connectionTo } from '../../lib/store/embedded/postmaster.ts';
import { jsonRows } from '../../lib/store/json-rows.ts';

const firstNames =
  'Anna Ben Carla David Eva Felix Greta Hugo Ines Jakob Kim Lena Max Nora Oskar Paula Quentin Rosa Simon Tara Umar Vera Wanda Xaver Yara Zoe Ali Björn Chloé Dimitri Élodie Fatima Gül Håkon İpek Jürgen Katarzyna Łukasz Müge Nuño'.split(
    ' ',
  );
const stems =
  'Ander Berg Carl Dorn Eber Fisch Gold Hoff Iver Jans Klein Lind Meier Nor Ober Peter Quist Rosen Smith Thor Ull Vogel Wald Xan York Zimmer'.split(
    ' ',
  );
const ends = 'son sen mann berg stein er feld dahl quist ova ski stone ley ford ström'.split(' ');

/** The n-th of a made-up staff: names as unequal as real ones are, user IDs that nobody else has. */
function person(n: number, domain: Domain) {
  // A multiplier without common factors walks the names in no visible order.
  const walk = (n * 7_919) % 1_000_003;
  const first = firstNames[walk % firstNames.length] as string;
  const last = `${stems[Math.floor(walk / 40) % stems.length]}${ends[Math.floor(walk / 1_040) % ends.length]}`;
  const local = `${first}.${last}.${n}`
    .toLowerCase()
    .normalize('NFD')
    .replace(/[^a-z0-9.]/g, '');
  return { userId: local, local, domain, name: `${first} ${last}`, mail: `${local}@example.com`, enabled: n % 20 !== 0 };
}

export const connectTo = async (dataDir: string): Promise<pg.Client> => {
  const folders = foldersIn(dataDir);
  const client = new pg.Client(connectionTo(folders, readPassword(folders), 'rollcall'));
  await client.connect();
  return client;
};

const batch = 5_000;

/** Accounts without passwords, in the database of a running node, up to so many: hashing 100,000 passwords would take an hour. */
export async function insertPeople(dataDir: string, count: number, domains: readonly string[]): Promise<void> {
  const client = await connectTo(dataDir);
  try {
    const now = Date.now();
    for (const domain of domains)
      await client.query(`INSERT INTO domain (domain, managed, created_at) VALUES ($1, 'system', $2) ON CONFLICT DO NOTHING`, [
        domain,
        now,
      ]);
    const there = await client.query<{ n: number }>('SELECT count(*)::int AS n FROM account');
    for (let first = there.rows[0]?.n ?? 0; first < count; first += batch) {
      const rows = Array.from({ length: Math.min(batch, count - first) }, (_, index) => {
        const n = first + index + 1;
        const one = person(n, domains[n % 10 === 0 ? 1 % domains.length : 0] as Domain);
        const at = now - ((n * 104_729) % 31_536_000) * 1_000;
        return { ...one, ...derived(one), user_id: one.userId, at, seen: n % 3 === 0 ? 0 : at + 3_600_000 };
      });
      await client.query(
        `INSERT INTO account (user_id, user_key, local, domain, bare, name, name_key, mail, enabled, created_at, updated_at, last_sign_in_at, search)
         SELECT r.user_id, r.user_key, r.local, r.domain, r.bare, r.name, r.name_key, r.mail, r.enabled, r.at, r.at, r.seen, array_to_tsvector(r.words)
         FROM jsonb_to_recordset($1::jsonb) AS r(user_id text, user_key text, local text, domain text, bare text, name text, name_key text, mail text,
           enabled bool, at int8, seen int8, words text[])`,
        [jsonRows(rows)],
      );
    }
    await client.query('ANALYZE account');
  } finally {
    await client.end();
  }
}
