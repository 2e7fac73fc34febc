/** The contact list as its owner's clients read and change it (RFC 6121 §2). */
import type { PresenceValues } from '../config/schema/index.ts';
import { type BareJid, parseJid } from '../kernel/jid.ts';
import type { Live } from '../kernel/live.ts';
import type { ClientSession } from '../xmpp/c2s/session.ts';
import type { IqAnswer, IqHandler, MaybePromise } from '../xmpp/router/hooks.ts';
import type { Element } from '../xmpp/stanza/element.ts';
import type { Changes, Saved } from './changes.ts';
import { itemText, queryText, ROSTER, readItemSet, versionText } from './contact-xml.ts';
import { rosterFaults } from './faults.ts';
import { pushItem, pushRemoval } from './pushes.ts';
import { dropItem, putItem, type RosterState, rosterOf, subscriptionStateOf } from './state.ts';
import type { Subscribing } from './subscribing.ts';

const notSaved: IqAnswer = {
  fault: { condition: 'internal-server-error', type: 'wait', text: 'The change could not be saved. Try again.' },
};
const emptyResult: IqAnswer = { result: null };

export function contactListHandlers(deps: {
  changes: Changes;
  settings: Live<PresenceValues>;
  subscribing: Subscribing;
}): readonly IqHandler[] {
  const { changes, subscribing } = deps;

  function read(session: ClientSession, query: Element): MaybePromise<IqAnswer> {
    const state = rosterOf(session.user);
    // Changes not yet committed must not be shown under a version that a restart could give to another change.
    return state.committing === null ? answerList(session, state, query) : state.committing.then(() => answerList(session, state, query));
  }

  function answerList(session: ClientSession, state: RosterState, query: Element): IqAnswer {
    session.interested = true;
    const ver = versionText(state.accountId, state.version);
    // "Your version is current" (RFC 6121 §2.6.3). An older one gets the whole list, which the clause allows.
    if (query.attrs.ver === ver) return emptyResult;
    let items = '';
    for (const item of state.items.values()) items += itemText(item);
    return { result: queryText(items, ver) };
  }

  function change(session: ClientSession, query: Element): MaybePromise<IqAnswer> {
    const read = readItemSet(query);
    if (!read.ok) return { fault: read.fault };
    const wanted = read.value;
    const user = session.user;
    const state = rosterOf(user);
    if (wanted.is === 'remove') return remove(session, state, wanted.contact);
    if (wanted.contact === user.bare) return { fault: rosterFaults.yourself };
    const was = state.items.get(wanted.contact);
    const { maxContacts } = deps.settings.get();
    if (was === undefined && maxContacts > 0 && state.items.size >= maxContacts)
      return { fault: rosterFaults.tooManyContacts(maxContacts) };
    // Name and groups are replaced as a whole, the subscription stays (RFC 6121 §2.4.1).
    const item = putItem(state, {
      contact: wanted.contact,
      name: wanted.name,
      groups: wanted.groups,
      subscription: was?.subscription ?? 'none',
      ask: was?.ask ?? false,
      approved: was?.approved ?? false,
    });
    return committed(
      session,
      (then) => changes.save(state, { put: [item] }, then),
      () => pushItem(user, item),
    );
  }

  function remove(session: ClientSession, state: RosterState, contact: BareJid): MaybePromise<IqAnswer> {
    const user = session.user;
    const jid = parseJid(contact);
    if (jid === null || !state.items.has(contact)) return { fault: rosterFaults.noSuchContact };
    const was = subscriptionStateOf(state, contact);
    dropItem(state, contact);
    state.pendingIn.delete(contact);
    const version = state.version;
    return committed(
      session,
      (then) => changes.save(state, { remove: [contact], pendingRemove: [contact] }, then),
      () => {
        subscribing.leave(user, jid, was, session);
        pushRemoval(user, contact, version);
      },
    );
  }

  /** The answer follows the commit, and so does the acknowledgement of the request. */
  function committed(session: ClientSession, save: (then: (saved: Saved) => void) => void, effects: () => void): Promise<IqAnswer> {
    const hold = session.holdAck();
    return new Promise((resolve) => {
      save((saved) => {
        if (saved === 'lost') {
          // Told by the answer that nothing was kept, so the request itself is dealt with.
          hold.done();
          resolve(notSaved);
          return;
        }
        try {
          effects();
        } finally {
          hold.done();
          resolve(emptyResult);
        }
      });
    });
  }

  return [
    {
      ns: ROSTER,
      name: 'query',
      targets: ['self'],
      types: ['get', 'set'],
      handle: ({ session, iq, payload }) => (iq.type === 'get' ? read(session, payload) : change(session, payload)),
    },
    {
      ns: ROSTER,
      name: 'query',
      targets: ['account'],
      types: ['get', 'set'],
      missing: rosterFaults.notYours,
      handle: () => ({ fault: rosterFaults.notYours }),
    },
  ];
}
