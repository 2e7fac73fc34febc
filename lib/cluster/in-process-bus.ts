import type { Log } from '../kernel/log.ts';
import { type Bus, nobodyAnswers } from './bus.ts';

/**
 * The bus of a single node. Delivery is asynchronous and payloads are copied, as on a wire: a room that relies on shared
 * objects or on being called back at once would break on the day a second node joins.
 */
export function createInProcessBus(deps: { readonly log: Log }): Bus {
  const subscribers = new Map<string, Set<(payload: unknown) => void>>();
  const responders = new Map<string, (payload: unknown) => Promise<unknown>>();

  return {
    publish(subject, payload) {
      const listening = subscribers.get(subject);
      if (!listening || listening.size === 0) return;
      const sent = structuredClone(payload);
      queueMicrotask(() => {
        for (const fn of [...listening]) {
          try {
            fn(sent);
          } catch (error) {
            deps.log.error('bus.subscriber-failed', { subject, error });
          }
        }
      });
    },
    subscribe(subject, fn) {
      const set = subscribers.get(subject) ?? new Set();
      subscribers.set(subject, set);
      set.add(fn);
      return () => {
        set.delete(fn);
        if (set.size === 0) subscribers.delete(subject);
      };
    },
    async request(subject, payload, timeoutMs) {
      const responder = responders.get(subject);
      if (!responder) throw nobodyAnswers(subject);
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error(`No answer to ${subject} within ${timeoutMs} ms.`)), timeoutMs);
        timer.unref();
      });
      try {
        return structuredClone(await Promise.race([responder(structuredClone(payload)), late]));
      } finally {
        clearTimeout(timer);
      }
    },
    respond(subject, fn) {
      if (responders.has(subject)) throw new Error(`${subject} is answered already.`);
      responders.set(subject, fn);
      return () => {
        if (responders.get(subject) === fn) responders.delete(subject);
      };
    },
  };
}
