/** Components are connected to one node; the others learn to which, and send there. */
import type { Membership, NodeName } from '../../cluster/ports.ts';
import type { EventHub } from '../../kernel/events.ts';
import type { Elsewhere } from '../../xmpp/router/elsewhere.ts';

export function announceComponents(deps: {
  readonly elsewhere: Elsewhere;
  readonly membership: Membership;
  readonly events: EventHub;
  /** Domains of the components that are connected here. */
  readonly connected: () => readonly string[];
}): { stop(): void } {
  const { elsewhere, membership, events } = deps;
  const self = membership.self.name;
  const tell = (node: NodeName) => elsewhere.tell(node, 'components', { domains: deps.connected() });
  elsewhere.hear('components', (payload, from) => elsewhere.served(from, (payload as { domains: readonly string[] }).domains));
  const stops = [
    events.on('component.changed', ({ what }) => {
      if (what !== 'connection') return;
      for (const { name, state } of membership.nodes()) if (name !== self && state !== 'gone' && state !== 'joining') tell(name);
    }),
    membership.onChange((node, was) => {
      if (node.name !== self && node.state !== 'gone' && (was === null || was === 'gone' || was === 'joining')) tell(node.name);
    }),
  ];
  return {
    stop() {
      for (const stop of stops) stop();
    },
  };
}
