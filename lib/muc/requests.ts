/** The IQ requests that a room, or the service, answers. */
import type { IqAnswer, MaybePromise } from '../xmpp/router/hooks.ts';
import type { ServiceAsk, ServiceHandler } from '../xmpp/router/service-desk.ts';
import { el } from '../xmpp/stanza/element.ts';
import { NS } from '../xmpp/stanza/namespaces.ts';
import type { StanzaFault } from '../xmpp/stanza/stanza.ts';
import { COMMANDS } from '../xmpp/xeps/xep-0050-commands.ts';
import type { AdminIq } from './admin-iq.ts';
import type { ArchiveIq } from './archive-iq.ts';
import type { Discovery } from './discovery.ts';
import type { HatsIq } from './hats-iq.ts';
import { badModeration, type Moderation, readModeration } from './moderation.ts';
import { MUC_NS } from './names.ts';
import type { OwnerIq } from './owner-iq.ts';
import type { RegisterIq } from './register-iq.ts';
import type { Registry } from './registry.ts';
import type { Room } from './room.ts';
import type { VcardIq } from './vcard-iq.ts';

const noRoom: StanzaFault = { condition: 'item-not-found', text: 'There is no such room.' };
const uniqueName = (): string => crypto.randomUUID();

export function createRequests(deps: {
  readonly registry: Registry;
  readonly discovery: Discovery;
  readonly owner: OwnerIq;
  readonly admin: AdminIq;
  readonly registration: RegisterIq;
  readonly archive: ArchiveIq;
  readonly vcard: VcardIq;
  readonly moderation: Moderation;
  readonly hats: HatsIq;
}): readonly ServiceHandler[] {
  const { discovery, owner, admin, registration, archive, vcard, moderation, registry } = deps;
  type Types = ServiceHandler['types'];

  /** For the address of a room. One that is not there for the asker is answered as one that is not there at all. */
  const ofRoom = (
    ns: string,
    name: string,
    types: Types,
    handle: (room: Room, ask: ServiceAsk) => MaybePromise<IqAnswer>,
    hides: 'hidden' | 'locked' = 'locked',
  ): ServiceHandler => ({
    ns,
    name,
    types,
    handle(ask) {
      const to = ask.iq.to;
      if (to === null || to.local === '') return undefined;
      const given = (room: Room | null): MaybePromise<IqAnswer> => {
        if (room === null || ((hides === 'hidden' || room.locked) && !discovery.isThereFor(room, ask))) return { fault: noRoom };
        return handle(room, ask);
      };
      const room = registry.peek(to.bare);
      return room !== undefined ? given(room) : registry.find(to).then(given);
    },
  });

  const ofService = (ns: string, name: string, types: Types, handle: (ask: ServiceAsk) => MaybePromise<IqAnswer>): ServiceHandler => ({
    ns,
    name,
    types,
    handle: (ask) => (ask.iq.to?.local === '' ? handle(ask) : undefined),
  });

  const moderate = (room: Room, ask: ServiceAsk): MaybePromise<IqAnswer> => {
    const asked = readModeration(ask.payload);
    return asked === null ? badModeration : moderation.retract(room, room.sessions.get(ask.iq.from.full), asked.id, asked.reason);
  };

  return [
    ofService(NS.discoInfo, 'query', ['get'], discovery.serviceInfo),
    ofService(NS.discoItems, 'query', ['get'], discovery.serviceItems),
    ofService(NS.ping, 'ping', ['get'], () => ({ result: null })),
    ofService(MUC_NS.unique, 'unique', ['get'], () => ({ result: el('unique', MUC_NS.unique, {}, uniqueName()) })),
    ofService(MUC_NS.search, 'search', ['get'], (ask) =>
      ask.payload.child('x', NS.dataForms) === undefined ? discovery.searchForm() : discovery.search(ask),
    ),
    ofRoom(NS.discoInfo, 'query', ['get'], discovery.roomInfo, 'hidden'),
    ofRoom(NS.discoItems, 'query', ['get'], discovery.roomItems, 'hidden'),
    ofRoom(NS.ping, 'ping', ['get'], () => ({ result: null }), 'hidden'),
    ofRoom(MUC_NS.owner, 'query', ['get'], owner.get),
    ofRoom(MUC_NS.owner, 'query', ['set'], owner.set),
    ofRoom(MUC_NS.admin, 'query', ['get'], admin.get),
    ofRoom(MUC_NS.admin, 'query', ['set'], admin.set),
    ofRoom(NS.register, 'query', ['get'], registration.get, 'hidden'),
    ofRoom(NS.register, 'query', ['set'], registration.set, 'hidden'),
    ofRoom(NS.archive, 'query', ['set'], archive.query, 'hidden'),
    ofRoom(NS.archive, 'query', ['get'], archive.form, 'hidden'),
    ofRoom(NS.archive, 'metadata', ['get'], archive.metadata, 'hidden'),
    ofRoom(MUC_NS.vcard, 'vCard', ['get'], vcard.get, 'hidden'),
    ofRoom(MUC_NS.vcard, 'vCard', ['set'], vcard.set, 'hidden'),
    ofRoom(MUC_NS.moderate, 'moderate', ['set'], moderate),
    ofRoom(COMMANDS, 'command', ['set'], deps.hats.command, 'hidden'),
    ofRoom(MUC_NS.fasten, 'apply-to', ['set'], moderate),
  ];
}
