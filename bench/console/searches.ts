import { quantile, table } from './timing.ts';

type Query = Readonly<Record<string, string>>;

const searches: readonly Query[] = [
  {},
  { search: 'anna' },
  { search: 'a' },
  { search: 'z' },
  { search: 'smith' },
  { search: 'zimmerson' },
  { search: 'anna smith' },
  { search: 'anna.smithson.1' },
  { search: 'nobody-of-that-name' },
  { search: 'example' },
  { search: 'łukasz' },
];
const filters: readonly Query[] = [{}, { enabled: 'false' }, { domain: 'second.test' }, { domain: 'second.test', enabled: 'false' }];
const sorts = ['userId', 'name', 'createdAt', 'lastSignInAt'] as const;

function* all(): Generator<Query> {
  for (const search of searches) {
    for (const filter of filters)
      for (const sort of sorts) for (const descending of ['false', 'true']) yield { ...search, ...filter, sort, descending };
  }
}

export interface Fetcher {
  get(path: string): Promise<{ next: string | null; items: unknown[] }>;
}

/** Every search, filter and order through REST, some times each: first pages, the page after, and one far down the list. */
export async function measureSearches(rest: Fetcher, repeat: number): Promise<string> {
  const found: { what: string; first: number; median: number; max: number }[] = [];
  const time = async (what: string, path: string) => {
    const times: number[] = [];
    let next: string | null = null;
    for (let run = 0; run < repeat; run++) {
      const began = performance.now();
      next = (await rest.get(path)).next;
      times.push(performance.now() - began);
      // REST answers one operator 50 times a second.
      await new Promise((resolve) => setTimeout(resolve, 22));
    }
    found.push({ what, first: times[0] as number, median: quantile(times, 0.5), max: Math.max(...times) });
    return next;
  };
  await rest.get('/users?limit=50');
  for (const query of all()) {
    const parameters = new URLSearchParams({ ...query, limit: '50' });
    const what = [...parameters]
      .filter(([name, value]) => name !== 'limit' && value !== 'false')
      .map(([name, value]) => `${name}=${value}`);
    if (query.enabled === 'false') what.push('disabled');
    const next = await time(what.join(' '), `/users?${parameters}`);
    if (next !== null && query.descending === 'false') {
      parameters.set('cursor', next);
      await time(`${what.join(' ')}, page 2`, `/users?${parameters}`);
    }
  }
  // As somebody types it.
  for (const typed of ['s', 'sm', 'smi', 'smit', 'smith', 'smiths', 'smithso', 'smithson'])
    await time(`typing "${typed}"`, `/users?${new URLSearchParams({ search: typed, limit: '50' })}`);
  const everything = found.map((row) => row.median);
  const worst = [...found].sort((a, b) => b.median - a.median).slice(0, 15);
  return [
    `${found.length} searches, ${repeat} times each: median of medians ${quantile(everything, 0.5).toFixed(1)} ms, 95 % under ${quantile(everything, 0.95).toFixed(1)} ms, slowest median ${Math.max(...everything).toFixed(1)} ms, slowest single ${Math.max(...found.map((row) => row.max)).toFixed(1)} ms`,
    table(
      ['slowest, ms', 'first', 'median', 'max'],
      worst.map((row) => [row.what, row.first, row.median, row.max]),
    ),
  ].join('\n');
}
