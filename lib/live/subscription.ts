import type { AdminApi } from '../admin/api.ts';
import type { Viewer } from '../admin/shared/viewer.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Fault } from '../kernel/faults.ts';
import type { Result } from '../kernel/result.ts';
import type { AnyProjection } from './projection.ts';

/** At most two updates a second for each subscription, however many events come. */
export const GAP_MS = 500;

export interface Subscription {
  readonly projection: AnyProjection;
  /** Reads the first value. A refusal ends the subscription. */
  open(): Promise<Result<unknown, Fault>>;
  /** An event of the projection came, or its time is up. */
  touch(counted: boolean): void;
  close(): void;
}

/**
 * One page watching one channel. After an event the value is read again once the gap is over; it is sent only when it differs from
 * what was sent before. One read at a time: events during a read make one more read after it.
 */
export function createSubscription(deps: {
  projection: AnyProjection;
  api: () => AdminApi | null;
  viewer: Viewer;
  params: unknown;
  clock: Clock;
  send: (value: unknown) => void;
  /** Refused now, though it was allowed at joining. */
  dropped: (fault: Fault) => void;
  failed: (error: unknown) => void;
}): Subscription {
  const { projection, clock } = deps;
  let sent = '';
  let lastAt = 0;
  let count = 0;
  let closed = false;
  let dirty = false;
  let reading = false;
  let timer: { cancel(): void } | null = null;

  const read = async (): Promise<Result<unknown, Fault> | null> => {
    const api = deps.api();
    return api === null ? null : projection.read(api, deps.viewer, deps.params as never, count);
  };

  const schedule = () => {
    if (closed || reading || timer) return;
    const wait = dirty ? lastAt + GAP_MS - clock.monotonic() : projection.everyMs;
    if (wait === undefined) return;
    timer = clock.setTimeout(() => void refresh(), Math.max(0, wait));
  };

  const refresh = async () => {
    timer = null;
    if (closed) return;
    dirty = false;
    reading = true;
    lastAt = clock.monotonic();
    try {
      const outcome = await read();
      if (closed || outcome === null) return;
      if (!outcome.ok) {
        // A database that is down for a moment is no reason to drop the page: it keeps the last known state.
        if (outcome.fault.kind === 'refused' || outcome.fault.kind === 'missing') deps.dropped(outcome.fault);
        return;
      }
      const text = JSON.stringify(outcome.value);
      if (text === sent) return;
      sent = text;
      deps.send(outcome.value);
    } catch (error) {
      deps.failed(error);
    } finally {
      reading = false;
      schedule();
    }
  };

  return {
    projection,
    async open() {
      reading = true;
      lastAt = clock.monotonic();
      try {
        const outcome = await read();
        if (outcome === null) return { ok: false, fault: { code: 'live.stopped', kind: 'down', message: 'The server is stopping.' } };
        if (outcome.ok) sent = JSON.stringify(outcome.value);
        return outcome;
      } finally {
        reading = false;
        schedule();
      }
    },
    touch(counted) {
      if (counted) count++;
      if (dirty) return;
      dirty = true;
      timer?.cancel();
      timer = null;
      schedule();
    },
    close() {
      closed = true;
      timer?.cancel();
      timer = null;
    },
  };
}
