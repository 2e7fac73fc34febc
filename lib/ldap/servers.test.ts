import { describe, expect, it } from 'vitest';
import { silentLog } from '../kernel/log.ts';
import { createFakeClock } from '../testing/fake-clock.ts';
import { directoryRow } from '../testing/ldap-rows.ts';
import { type Connection, limited, within } from './connection.ts';
import { createRunningDirectory } from './running.ts';

/** A server that answers what names one person, and never ends a search of many. */
function slowServer(late: () => Promise<never>) {
  const opened: string[] = [];
  const open = async (_reach: unknown, { host }: { host: string }): Promise<Connection> => {
    opened.push(host);
    return {
      isOpen: true,
      bind: async () => undefined,
      search: async (_base, { sizeLimit }) => (sizeLimit === 2 ? [] : late()),
      // biome-ignore lint/correctness/useYield: it never gets that far.
      async *pages() {
        await late();
      },
      tlsSocket: () => null,
      close: () => undefined,
    };
  };
  const directory = directoryRow({
    servers: [
      { host: 'dc1.example.com', port: 636 },
      { host: 'dc2.example.com', port: 636 },
    ],
  });
  const running = createRunningDirectory({
    directory,
    password: 'x',
    clock: createFakeClock(),
    log: silentLog,
    changed: () => undefined,
    open,
  });
  return { running, opened };
}
const never = () => within(1, new Promise<never>(() => undefined), () => undefined);
const exceeded = () => Promise.reject(Object.assign(new Error('Time limit exceeded'), { code: 3 }));

describe('a search of people that takes too long', () => {
  it.each([
    ['here', never],
    ['at the server', exceeded],
  ])('%s takes no server away from those who sign in', async (_where, late) => {
    const { running, opened } = slowServer(late);
    await running.find('anna');
    const failed = [
      await running.search(['an'], 10).catch((error: unknown) => error),
      await running
        .everyone(
          { base: '', filter: '' },
          () => undefined,
          () => undefined,
        )
        .catch((error: unknown) => error),
    ];
    expect(failed).toMatchObject(Array(2).fill({ fault: { code: 'directories.down' } }));
    expect(String(failed[0])).toContain('did not answer in time');
    expect(running.servers.states().map(({ state }) => state)).toEqual(['up', 'unused']);
    expect(await running.find('anna')).toBe(null);
    expect(new Set(opened)).toEqual(new Set(['dc1.example.com']));
    running.stop();
  });

  it('is ended by the server before it is given up here', () => {
    const limitOf = (operationTimeoutMs: number) => limited({}, directoryRow({ operationTimeoutMs })).timeLimit;
    expect([15_000, 15_500, 1_500, 500].map(limitOf)).toEqual([14, 15, 1, 1]);
  });
});
