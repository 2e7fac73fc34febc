import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FakeSession } from '../testing/fake-session.ts';
import { createMessageWorld } from '../testing/message-world.ts';

/**
 * Whatever people do with three devices: each message reaches the devices the rules name, each device shows it once, and nothing is lost: it
 * was shown on a device, acknowledged, or waits in the store.
 */
const device = fc.integer({ min: 0, max: 2 });
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ is: fc.constant('message' as const), full: fc.option(device, { nil: null }) }) },
  { weight: 2, arbitrary: fc.record({ is: fc.constant('answer' as const), device }) },
  { weight: 2, arbitrary: fc.record({ is: fc.constant('presence' as const), device, priority: fc.constantFrom(-1, 0, 0, 5) }) },
  { weight: 1, arbitrary: fc.record({ is: fc.constant('unavailable' as const), device }) },
  { weight: 1, arbitrary: fc.record({ is: fc.constant('leave' as const), device }) },
  { weight: 1, arbitrary: fc.record({ is: fc.constant('hibernate' as const), device }) },
  { weight: 1, arbitrary: fc.record({ is: fc.constant('acknowledge' as const), device }) },
  { weight: 1, arbitrary: fc.record({ is: fc.constant('wait' as const) }) },
);

const BODY = /<body>(m\d+)<\/body>/;

describe('forking', () => {
  it('reaches the planned devices, shows each message once on each, and loses none', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()), async (steps, carbons) => {
        const world = createMessageWorld({ archive: { enabled: false } });
        const alice = await world.signIn('alice@example.com/a');
        const devices: (FakeSession | null)[] = [null, null, null];
        /** Who answered last, as the model sees it. */
        let lock: FakeSession | null = null;
        let count = 0;
        const names: string[] = [];
        const safe = new Set<string>();
        /** Devices that were negative at some time: what they were copied then may come again from the store. */
        const negative = new Set<FakeSession>();
        const able = () => devices.filter((one): one is FakeSession => one !== null && one.presence !== null && one.priority >= 0);
        const get = async (index: number) => {
          const there = devices[index];
          if (there) return there;
          const session = await world.signIn(`bob@example.com/d${index}`, {
            priority: null,
            managed: true,
            carbons: carbons[index] ?? false,
          });
          devices[index] = session;
          return session;
        };
        const seen = (session: FakeSession) =>
          session.sent.flatMap(({ xml, stanza }) =>
            BODY.test(xml) && stanza !== null && !xml.includes('<received') ? [BODY.exec(xml)?.[1] ?? ''] : [],
          );

        for (const one of steps) {
          switch (one.is) {
            case 'message': {
              const name = `m${count++}`;
              names.push(name);
              const exact = one.full === null ? null : (devices[one.full] ?? null);
              const planned = exact ? [exact] : lock !== null && able().includes(lock) && able().length > 1 ? [lock] : able();
              world.chat(alice, one.full === null ? 'bob@example.com' : `bob@example.com/d${one.full}`, name);
              await world.rest();
              const reached = devices.filter((session): session is FakeSession => session !== null && seen(session).includes(name));
              expect(reached).toEqual(planned);
              if (planned.length === 0)
                expect([...world.stores.state.offline.values()].some(({ xml }) => xml.includes(`>${name}<`))).toBe(true);
              break;
            }
            case 'answer': {
              const session = await get(one.device);
              if (session.state !== 'live') session.resume();
              world.chat(session, 'alice@example.com/a', 'answer');
              if ((await world.user('bob')).sessions.size > 1) lock = session;
              break;
            }
            case 'presence': {
              const session = await get(one.device);
              if (session.state !== 'live') session.resume();
              if (one.priority < 0) negative.add(session);
              const raised = session.presence === null || one.priority > session.priority;
              world.presence(session, one.priority);
              if (raised || lock === session) lock = null;
              break;
            }
            case 'unavailable': {
              const session = await get(one.device);
              if (session.state !== 'live') session.resume();
              world.presence(session, null);
              if (lock === session) lock = null;
              break;
            }
            case 'leave': {
              const session = devices[one.device];
              devices[one.device] = null;
              if (lock === session) lock = null;
              session?.end(null);
              break;
            }
            case 'hibernate': {
              const session = devices[one.device];
              if (session?.state === 'live') session.hibernate();
              break;
            }
            case 'acknowledge': {
              const session = devices[one.device];
              if (session?.state !== 'live') break;
              for (const { xml } of session.sent) if (BODY.test(xml)) safe.add(BODY.exec(xml)?.[1] ?? '');
              session.acknowledge();
              break;
            }
            case 'wait':
              world.clock.advance(1000);
          }
          await world.rest();
        }
        for (const session of devices) {
          if (!session || negative.has(session)) continue;
          const shown = session.sent.flatMap(({ xml }) => BODY.exec(xml)?.[1] ?? []);
          expect(shown).toEqual([...new Set(shown)]);
        }
        // Everyone leaves without another word: what no device acknowledged waits for the next sign-in, once.
        for (const session of devices) session?.end(null);
        await world.rest();
        const kept = [...world.stores.state.offline.values()].map(({ xml }) => BODY.exec(xml)?.[1] ?? '');
        expect(kept).toEqual([...new Set(kept)]);
        for (const name of names) if (!safe.has(name)) expect(kept).toContain(name);
      }),
      { numRuns: 80 },
    );
  });
});
