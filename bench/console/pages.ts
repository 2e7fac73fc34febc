import { connect } from 'node:net';
import type { Browser, BrowserContext, Page } from '@playwright/test';
import { interactive } from '../../e2e/fixtures/console.ts';
import { quantile, table } from './timing.ts';

/** Programs for the page, as text: what compiles this file would put helpers into functions that a page does not have. */
const untilItAnswers = `new Promise((resolve) => {
  const taken = () => [...document.querySelectorAll('main button, main a, main input, header button')].some((element) =>
    Object.keys(element).some((key) => key.startsWith('__reactProps')));
  (function poll() {
    if (document.querySelector('main h1') !== null && taken()) resolve(performance.now());
    else setTimeout(poll, 4);
  })();
})`;
const untilRowsShow = (wanted: string) => `new Promise((resolve) => {
  const began = performance.now();
  (function poll() {
    const row = document.querySelector('tbody tr')?.textContent?.toLowerCase() ?? '';
    if (row.includes(${JSON.stringify(wanted)}) && location.search.includes(${JSON.stringify(wanted)})) resolve(performance.now() - began);
    else if (performance.now() - began > 10000) resolve(NaN);
    else setTimeout(poll, 4);
  })();
})`;

/** One look at a page: milliseconds since the navigation began. */
interface Look {
  readonly firstByte: number;
  readonly domInteractive: number;
  /** React has taken the controls of the page over: a click is answered. */
  readonly answers: number;
  readonly scriptKiB: number;
  readonly longestTurn: number;
}

/** The longest turns of the server's event loop since the last time it was asked. */
export const longestTurns = (probe: string): Promise<number[]> =>
  new Promise((resolve, reject) => {
    let text = '';
    connect(probe)
      .on('data', (chunk: Buffer) => {
        text += chunk.toString();
      })
      .on('end', () => resolve(JSON.parse(text) as number[]))
      .on('error', reject);
  });

async function look(page: Page, url: string, probe: string): Promise<Look> {
  await longestTurns(probe);
  await page.goto(url, { waitUntil: 'commit' });
  // In the page itself, so that no round trip of the driver is counted.
  const answers = await page.evaluate<number>(untilItAnswers);
  const facts = await page.evaluate(() => {
    const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
    const scripts = (performance.getEntriesByType('resource') as PerformanceResourceTiming[]).filter((entry) => entry.name.includes('.js'));
    return {
      firstByte: navigation?.responseStart ?? 0,
      domInteractive: navigation?.domInteractive ?? 0,
      scriptKiB: scripts.reduce((sum, entry) => sum + entry.decodedBodySize, 0) / 1024,
    };
  });
  const [longestTurn = 0] = await longestTurns(probe);
  return { ...facts, answers, longestTurn };
}

export interface PagesAsked {
  readonly url: string;
  readonly probe: string;
  readonly paths: readonly string[];
  readonly repeat: number;
  signIn(context: BrowserContext): Promise<void>;
}

/**
 * Each page: for the first time since the server started, then with an empty browser cache, then some times as people see it who have been here
 * before.
 */
export async function measurePages(browser: Browser, asked: PagesAsked): Promise<string> {
  const rows: (readonly (string | number)[])[] = [];
  const returning = await browser.newContext();
  await asked.signIn(returning);
  const page = await returning.newPage();
  const all: Look[] = [];
  for (const path of asked.paths) {
    const first = await look(page, asked.url + path, asked.probe);
    const fresh = await browser.newContext({ storageState: await returning.storageState() });
    const empty = await look(await fresh.newPage(), asked.url + path, asked.probe);
    await fresh.close();
    const again: Look[] = [];
    for (let run = 0; run < asked.repeat; run++) again.push(await look(page, asked.url + path, asked.probe));
    all.push(first, empty, ...again);
    const median = (of: (one: Look) => number) => quantile(again.map(of), 0.5);
    rows.push([
      path,
      first.answers,
      empty.answers,
      median((one) => one.firstByte),
      median((one) => one.domInteractive),
      median((one) => one.answers),
      Math.max(...again.map((one) => one.answers)),
      empty.scriptKiB,
      first.longestTurn,
      median((one) => one.longestTurn),
    ]);
  }
  await returning.close();
  return [
    `${rows.length} pages: slowest look ${Math.max(...all.map((one) => one.answers)).toFixed(0)} ms, longest turn of the event loop ${Math.max(...all.map((one) => one.longestTurn)).toFixed(0)} ms`,
    table(['page, ms', 'first', 'empty cache', 'first byte', 'DOM', 'answers', 'max', 'script KiB', 'turn first', 'turn'], rows),
  ].join('\n');
}

/** From the last key of a search to the row that it finds, through the page. */
export async function measureTyping(page: Page, url: string, words: readonly string[]): Promise<string> {
  await page.goto(`${url}/users`);
  const box = page.getByRole('searchbox');
  await box.waitFor();
  await interactive(page);
  const times: number[] = [];
  for (const word of words) {
    await box.fill(word);
    times.push(await page.evaluate<number>(untilRowsShow(word)));
  }
  return `typed into the page, until its rows are there: ${words.map((word, index) => `${word} ${Math.round(times[index] ?? 0)} ms`).join(', ')}`;
}
