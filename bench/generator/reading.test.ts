import { describe, expect, it } from 'vitest';
import { ringContacts } from '../../e2e/peers/peer.ts';
import { costOf } from '../process-cost.ts';
import { countMarkers } from './chat.ts';
import { createLatency } from './latency.ts';

describe('counting the ends of stanzas', () => {
  const text = '<message a="1"><body>x</body></message><message><body>y</body></message><presence/></messages></message>';

  it('gives the same number however the text is cut', () => {
    for (let first = 0; first <= text.length; first++) {
      for (let second = first; second <= text.length; second++) {
        const count = countMarkers('</message>');
        const found = count(text.slice(0, first)) + count(text.slice(first, second)) + count(text.slice(second));
        expect(found, `cut at ${first} and ${second}`).toBe(3);
      }
    }
  });
});

describe('the histogram of latencies', () => {
  it('is within two percent of the exact quantile', () => {
    const latency = createLatency();
    for (let value = 1; value <= 10_000; value++) latency.add(value / 10);
    expect(latency.quantile(0.5)! / 500).toBeCloseTo(1, 1);
    expect(latency.quantile(0.99)! / 990).toBeGreaterThan(0.98);
    expect(latency.quantile(0.99)! / 990).toBeLessThan(1.02);
  });

  it('has no quantile without samples', () => {
    expect(createLatency().quantile(0.5)).toBeNull();
  });
});

describe('contacts on a ring', () => {
  it.each([
    [200, 50],
    [1000, 20],
    [6, 2],
  ])('are mutual and as many as asked for, with %i users and %i contacts', (users, contacts) => {
    const lists = Array.from({ length: users }, (_, index) => new Set(ringContacts(index + 1, users, contacts)));
    for (const [index, list] of lists.entries()) {
      expect(list.size).toBe(contacts);
      for (const other of list) expect(lists[other - 1]!.has(index + 1)).toBe(true);
    }
  });
});

describe('the cost of a process tree', () => {
  it('grows with the work of the process and knows its memory', () => {
    const before = costOf([process.pid]).cpuSeconds;
    for (const end = performance.now() + 150; performance.now() < end; );
    const after = costOf([process.pid], true);
    expect(after.cpuSeconds).toBeGreaterThan(before);
    expect(after.pssKiB).toBeGreaterThan(10_000);
  });
});
