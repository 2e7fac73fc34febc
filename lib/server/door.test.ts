import { MessageChannel } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import type { AdminApi } from '../admin/api.ts';
import type { RestRequest } from '../admin/shared/door.ts';
import type { Viewer } from '../admin/shared/viewer.ts';
import { eventually } from '../testing/eventually.ts';
import { reachAdmin } from './door-console.ts';
import { offerAdmin, snapshotOf } from './door-engine.ts';

const viewer: Viewer = { kind: 'person', id: '7', name: 'anna', role: 'administrator', permissions: [], address: '::1', sessionId: 's' };

/** An engine with one area, as much of it as the door looks at. */
function setup() {
  const seen = { returned: 0, bodies: [] as (string | null)[] };
  let clusterName = 'one';
  async function* lines() {
    try {
      for (let n = 1; n <= 3; n++) yield `line ${n}\n`;
    } finally {
      seen.returned++;
    }
  }
  const engine = {
    users: {
      find: async (who: Viewer, input: unknown) => ({ ok: true, value: { who: who.name, input, when: new Map([['a', 1]]) } }),
      export: async () => ({ ok: true, value: { fileName: 'users.csv', mediaType: 'text/csv', chunks: lines() } }),
      break: async () => {
        throw new Error('the database is away');
      },
    },
    auth: {
      cookieSecret: 'secret',
      notice: () => ({ clusterName, bannerText: '', bannerAcknowledge: false }),
      viewerForSession: async (secret: string) => (secret === 'good' ? viewer : null),
    },
    rest: async (request: RestRequest, who: Viewer | null) => {
      if (who === null) return { status: 401, headers: {}, body: 'who?' };
      seen.bodies.push(await request.body());
      return { status: 200, headers: { a: 'b' }, body: lines() };
    },
    reference: () => ({ entries: [], permissions: [] }),
    csrfToken: () => '',
    nodeName: 'node-1',
  } as unknown as AdminApi;
  const { port1, port2 } = new MessageChannel();
  const offered = offerAdmin(port1, engine);
  const api = reachAdmin(port2, structuredClone(snapshotOf(engine)));
  return {
    api: api as AdminApi & { users: Record<string, (viewer: Viewer, input: unknown) => Promise<never>> },
    offered,
    seen,
    rename(name: string) {
      clusterName = name;
      offered.tellNotice();
    },
    close() {
      offered.close();
      port1.close();
      port2.close();
    },
  };
}

describe('the door between the console and the engine, when they are two threads', () => {
  let door: ReturnType<typeof setup>;
  afterEach(() => door.close());

  async function textOf(chunks: unknown): Promise<string> {
    let text = '';
    for await (const chunk of chunks as AsyncIterable<string>) text += chunk;
    return text;
  }

  it('carries a use case with its viewer and input, and the answer back', async () => {
    door = setup();
    const answer = await door.api.users.find(viewer, { search: 'x' });
    expect(answer).toEqual({ ok: true, value: { who: 'anna', input: { search: 'x' }, when: new Map([['a', 1]]) } });
    expect(await door.api.auth.viewerForSession('good', '::1')).toEqual(viewer);
    expect(door.api.nodeName).toBe('node-1');
    expect(door.api.csrfToken(viewer)).toHaveLength(43);
  });

  it('throws there what was thrown here', async () => {
    door = setup();
    await expect(door.api.users.break!(viewer, {})).rejects.toThrow('the database is away');
  });

  it('reads a body only when the engine asks for it', async () => {
    door = setup();
    let reads = 0;
    const request = (text: string): RestRequest => ({
      method: 'POST',
      path: '/users',
      query: '',
      headers: {},
      address: '::1',
      body: async () => {
        reads++;
        return text;
      },
    });
    expect(await door.api.rest(request('of a stranger'), null)).toMatchObject({ status: 401 });
    expect(reads).toBe(0);
    const answer = await door.api.rest(request('of anna'), viewer);
    expect(door.seen.bodies).toEqual(['of anna']);
    expect(answer).toMatchObject({ status: 200, headers: { a: 'b' } });
    expect(await textOf(answer.body)).toBe('line 1\nline 2\nline 3\n');
  });

  it('hands an export over piece by piece, and ends it when the reader leaves', async () => {
    door = setup();
    const first = (await door.api.users.export!(viewer, {})) as { value: { chunks: AsyncIterable<string> } };
    expect(await textOf(first.value.chunks)).toBe('line 1\nline 2\nline 3\n');
    expect(door.seen.returned).toBe(1);
    const second = (await door.api.users.export!(viewer, {})) as { value: { chunks: AsyncIterable<string> } };
    for await (const chunk of second.value.chunks) {
      expect(chunk).toBe('line 1\n');
      break;
    }
    await eventually(() => expect(door.seen.returned).toBe(2));
  });

  it('ends what a console that went away was reading', async () => {
    door = setup();
    const { value } = (await door.api.users.export!(viewer, {})) as { value: { chunks: AsyncIterable<string> } };
    await value.chunks[Symbol.asyncIterator]().next();
    door.offered.close();
    await eventually(() => expect(door.seen.returned).toBe(1));
  });

  it('knows the notice of the sign-in page without asking, also after it changed', async () => {
    door = setup();
    expect(door.api.auth.notice().clusterName).toBe('one');
    door.rename('two');
    await eventually(() => expect(door.api.auth.notice().clusterName).toBe('two'));
  });
});
