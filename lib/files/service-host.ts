/** A service domain that only answers requests: what the upload service and the transfer proxy have in common. */
import type { Host } from '../xmpp/router/hosts.ts';
import type { Router } from '../xmpp/router/router.ts';
import { createServiceDesk, type ServiceAsk, type ServiceHandler } from '../xmpp/router/service-desk.ts';
import type { ServiceNames } from '../xmpp/router/service-names.ts';
import type { Element } from '../xmpp/stanza/element.ts';
import { NS } from '../xmpp/stanza/namespaces.ts';
import type { StanzaFault } from '../xmpp/stanza/stanza.ts';
import { type DiscoIdentity, infoElement, itemsElement } from '../xmpp/xeps/xep-0030-disco.ts';

const unknownNode: StanzaFault = { condition: 'item-not-found' };
const nobodyHere: StanzaFault = { condition: 'service-unavailable' };

export function createServiceHost(deps: {
  readonly router: () => Router;
  readonly name: string;
  readonly title: string;
  readonly names: ServiceNames;
  readonly identity: DiscoIdentity;
  /** Is the service offered now? Its domain answers all the same. */
  readonly isOn: () => boolean;
  readonly features: () => readonly string[];
  readonly forms: () => readonly Element[];
  readonly handlers: readonly ServiceHandler[];
}): Host {
  const disco = (ns: string, answer: () => Element): ServiceHandler => ({
    ns,
    name: 'query',
    types: ['get'],
    handle: ({ payload }) => (payload.attrs.node === undefined ? { result: answer() } : { fault: unknownNode }),
  });
  const base: readonly ServiceHandler[] = [
    disco(NS.discoInfo, () =>
      infoElement(
        { identities: [deps.identity], features: [NS.discoInfo, NS.discoItems, NS.ping, ...deps.features()].sort(), forms: deps.forms() },
        undefined,
      ),
    ),
    disco(NS.discoItems, () => itemsElement([], undefined)),
    { ns: NS.ping, name: 'ping', types: ['get'], handle: () => ({ result: null }) },
  ];
  const desk = createServiceDesk({
    handlers: [...base, ...deps.handlers],
    answer: (iq, answer) => deps.router().answer(iq, answer),
    failed: (iq, error) => deps.router().failed(iq, error),
    holdAck: (session) => deps.router().holdAck(session),
  });

  return {
    name: deps.name,
    title: deps.title,
    domains: deps.names.domains,
    servesDomain: (service, im) => deps.isOn() && deps.names.serves(service, im),
    receive(stanza, sender) {
      // Availability is nobody's business here; nobody waits for an answer to it.
      if (stanza.kind === 'presence' && stanza.type !== 'subscribe' && stanza.type !== 'probe') return;
      // The service is its domain; there is nobody in it.
      const isService = stanza.to !== null && stanza.to.local === '' && stanza.to.resource === '';
      if (isService && stanza.kind === 'iq' && desk.take(stanza, sender)) return;
      deps.router().bounce(stanza, nobodyHere);
    },
  };
}

/** Only for people of this server: a service for strangers would be everybody's relay. */
export const localOnly: StanzaFault = { condition: 'forbidden', text: 'This service is for people of this server only.' };
export const isLocal = (ask: ServiceAsk): boolean => ask.sender !== null;
