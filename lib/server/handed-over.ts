import type { Membership, Ownership } from '../cluster/ports.ts';
import type { Clock } from '../kernel/clock.ts';

/** People are handed over while their sessions stand; a node nobody can take over from stops after this. */
const MAX_MS = 4_000;
const LOOK_MS = 50;

/** Before an orderly stop: waits until other nodes act for the homes of this one, if there are any that could. */
export async function handedOver(ownership: Pick<Ownership, 'held'>, membership: Pick<Membership, 'nodes'>, clock: Clock): Promise<void> {
  const isAnybodyThere = () => membership.nodes().some(({ state }, index) => index > 0 && state === 'up');
  for (const until = clock.monotonic() + MAX_MS; clock.monotonic() < until; await new Promise((resolve) => setTimeout(resolve, LOOK_MS)))
    if (ownership.held().size === 0 || !isAnybodyThere()) return;
}
