import type { Router } from '../router/router.ts';
import { createServiceDesk, type ServiceDesk } from '../router/service-desk.ts';
import { NS } from '../stanza/namespaces.ts';
import { type DiscoInfo, type DiscoItem, infoElement, itemsElement } from '../xeps/xep-0030-disco.ts';

/** What a component may ask the server itself: is it there, what can it do, what else is here. */
export const createServerDesk = (deps: {
  readonly router: Router;
  readonly info: () => DiscoInfo;
  readonly items: (imDomain: string) => readonly DiscoItem[];
}): ServiceDesk =>
  createServiceDesk({
    handlers: [
      { ns: NS.ping, name: 'ping', types: ['get'], handle: () => ({ result: null }) },
      {
        ns: NS.discoInfo,
        name: 'query',
        types: ['get'],
        handle: ({ payload }) =>
          payload.attrs.node === undefined ? { result: infoElement(deps.info(), undefined) } : { fault: { condition: 'item-not-found' } },
      },
      {
        ns: NS.discoItems,
        name: 'query',
        types: ['get'],
        handle: ({ iq, payload }) =>
          payload.attrs.node === undefined
            ? { result: itemsElement(deps.items(iq.to?.domain ?? ''), undefined) }
            : { fault: { condition: 'item-not-found' } },
      },
    ],
    answer: (iq, answer) => deps.router.answer(iq, answer),
    failed: (iq, error) => deps.router.failed(iq, error),
    holdAck: (session) => deps.router.holdAck(session),
  });
