import type { Clock } from '../kernel/clock.ts';
import type { TextWire } from './bus.ts';
import type { MembershipControl } from './membership/membership.ts';

/** A refusal is worth an alarm for so long. */
const HOUR_MS = 3_600_000;

/** What is wrong with the cluster as this node sees it. */
export function clusterAlarms(deps: {
  readonly membership: Pick<MembershipControl, 'details' | 'refusals'>;
  readonly bus: Pick<TextWire, 'isUp'>;
  readonly clock: Clock;
}): { id: string; severity: 'critical' | 'warning'; what: string; action: string; link: string; since?: number }[] {
  const link = '/topology';
  const found: ReturnType<typeof clusterAlarms> = [];
  if (!deps.bus.isUp)
    found.push({
      id: 'cluster-bus',
      severity: 'critical',
      what: 'This node has lost its connection to NATS: it hears of no other node, and what is sent to them waits.',
      action: 'Start the NATS server again, or mend the network between it and this node.',
      link,
    });
  for (const { facts, since, why } of deps.membership.details())
    if (facts.state === 'gone')
      found.push({
        id: `cluster-node:${facts.name}`,
        severity: 'critical',
        what: `Node ${facts.name} is gone. ${why}`,
        action: 'Start it again, or remove it from the cluster if it will not come back.',
        link,
        since,
      });
  const refused = deps.membership.refusals().filter(({ at }) => deps.clock.now() - at < HOUR_MS);
  const [first] = refused;
  if (first)
    found.push({
      id: 'cluster-refused',
      severity: 'warning',
      what: `A node called ${first.name} at ${first.address} was not let in: ${first.why}.${refused.length > 1 ? ` ${refused.length - 1} more in the last hour.` : ''}`,
      action: 'If it is yours, correct its settings. If it is not, look who can reach the NATS server.',
      link,
      since: first.at,
    });
  return found;
}
