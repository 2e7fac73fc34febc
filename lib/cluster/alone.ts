import type { Clock } from '../kernel/clock.ts';
import type { Membership, NodeFacts, NodeHealth } from './ports.ts';

/** Who is there, for a node that is alone. */
export function aloneMembership(deps: {
  readonly self: { readonly name: string; readonly version: string; readonly schema: number };
  readonly health: () => NodeHealth;
  readonly clock: Clock;
}): Membership {
  const startedAt = deps.clock.now();
  const self = (): NodeFacts => ({
    ...deps.self,
    incarnation: 'alone',
    role: 'publisher',
    state: 'up',
    startedAt,
    heardAt: deps.clock.now(),
    delayMs: 0,
    health: deps.health(),
  });
  return {
    get self() {
      return self();
    },
    nodes: () => [self()],
    find: (name) => (name === deps.self.name ? self() : undefined),
    isHearing: true,
    onChange: () => () => undefined,
  };
}
