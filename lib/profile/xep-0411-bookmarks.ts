/**
 * One list of bookmarks for all clients: the items of XEP-0402 are what is kept; private XML (XEP-0049) and the old node (XEP-0048) are other views of
 * them (XEP-0411, XEP-0402 §5). Whatever a client writes, devices that ask for either form are told.
 */
import type { Log } from '../kernel/log.ts';
import type { IqAnswer, MaybePromise, Protocol } from '../xmpp/router/hooks.ts';
import type { User } from '../xmpp/router/users.ts';
import { Element } from '../xmpp/stanza/element.ts';
import { NS } from '../xmpp/stanza/namespaces.ts';
import { serialize } from '../xmpp/stanza/serialize.ts';
import type { StanzaFault } from '../xmpp/stanza/stanza.ts';
import { isSame, NEW, OLD, oldListXml, readOldList, toNew } from './bookmark-xml.ts';
import type { KeptItem, PersonalNodes, ProfileStore } from './ports.ts';
import { parseKept } from './vcard-photo.ts';

export const bookmarkProtocols: readonly Protocol[] = [
  { number: 'XEP-0402', title: 'PEP Native Bookmarks', version: '1.2.0', status: 'complete' },
  { number: 'XEP-0411', title: 'Bookmarks Conversion', version: '1.1.0', status: 'complete' },
  { number: 'XEP-0048', title: 'Bookmarks', version: '1.2', status: 'complete', note: 'A view of the bookmarks of XEP-0402.' },
];
export const bookmarkFeatures = [`${NEW}#compat`, `${NEW}#compat-pep`, 'urn:xmpp:bookmarks-conversion:0'];

const PUBSUB = 'http://jabber.org/protocol/pubsub';
const options = { access_model: 'whitelist', persist_items: 'true', max_items: 'max', send_last_published_item: 'never' };
const mismatch: StanzaFault = {
  condition: 'conflict',
  type: 'cancel',
  detail: new Element('precondition-not-met', `${PUBSUB}#errors`),
  text: 'Bookmarks are for nobody but their owner.',
};

export interface Bookmarks {
  /** The old list as text, for private XML. */
  read(user: User): Promise<string>;
  /** The old list as a client wants it from now on. */
  write(user: User, storage: Element): Promise<StanzaFault | null>;
}

export function createBookmarks(deps: { readonly store: ProfileStore; readonly nodes: PersonalNodes; readonly log: Log }): Bookmarks {
  const { store, nodes } = deps;
  const turns = new WeakMap<User, Promise<unknown>>();
  function inTurn<T>(user: User, work: () => Promise<T>): Promise<T> {
    const mine = (turns.get(user) ?? Promise.resolve()).then(work, work);
    turns.set(
      user,
      mine.catch(() => undefined),
    );
    return mine;
  }

  const privateList = async (user: User): Promise<Element | null> => {
    const xml = await store.privateXml(user.accountId, 'storage', OLD);
    return xml === null ? null : parseKept(xml);
  };
  const restOf = (list: Element | null): readonly Element[] => (list === null ? [] : readOldList(list).rest);

  /** The items; those of a list written before there was a node become items. With a fault they did not, and the old list is all there is. */
  async function current(
    user: User,
    list: Element | null,
  ): Promise<{ readonly items: readonly KeptItem[]; readonly fault: StanzaFault | null }> {
    const items = (await nodes.items(user, NEW)) ?? [];
    const known = new Set(items.map(({ id }) => id));
    const rooms = list === null ? [] : [...readOldList(list).rooms];
    if (rooms.length === 0) return { items, fault: null };
    // The node may be there already: made by a move that failed half way, or by a newer client. What it has counts.
    const moved = rooms.flatMap(([room, old]) => (known.has(room) ? [] : [toNew(room, old, null)]));
    const fault = moved.length === 0 ? null : await nodes.publish(user, NEW, moved, options);
    if (fault !== null) deps.log.info('profile.bookmarks-not-moved', { user: user.bare, why: fault.condition });
    // From now on the items are what counts; a copy left behind would come back when somebody deletes the node.
    else await keepRest(user, restOf(list));
    return { items: [...items, ...moved], fault };
  }

  const keepRest = (user: User, rest: readonly Element[]): Promise<void> =>
    store.savePrivateXml(user.accountId, 'storage', OLD, serialize(new Element('storage', OLD, {}, [...rest]), ''));

  async function read(user: User): Promise<string> {
    const list = await privateList(user);
    return oldListXml((await current(user, list)).items, restOf(list));
  }

  async function write(user: User, storage: Element): Promise<StanzaFault | null> {
    const { items: before, fault: notMoved } = await current(user, await privateList(user));
    // What is only in the old list would be lost with it.
    if (notMoved !== null) return notMoved;
    const byRoom = new Map(before.map((item) => [item.id, item]));
    const { rooms, rest } = readOldList(storage);
    const changed: KeptItem[] = [];
    for (const [room, old] of rooms) {
      const was = byRoom.get(room);
      const item = toNew(room, old, was === undefined ? null : parseKept(was.xml));
      if (was === undefined || !isSame(was, item)) changed.push(item);
    }
    const gone = before.flatMap(({ id }) => (rooms.has(id) ? [] : [id]));
    // First what is new: a failure half way loses nothing.
    const fault = changed.length === 0 ? null : await nodes.publish(user, NEW, changed, options);
    if (fault !== null) return fault;
    if (gone.length > 0 && nodes.modelOf(user, NEW) !== null) {
      const refused = await nodes.retract(user, NEW, gone);
      if (refused !== null) return refused;
    }
    await keepRest(user, rest);
    return null;
  }

  const answered = (...children: Element[]): IqAnswer => ({ result: new Element('pubsub', PUBSUB, {}, children) });

  /** Requests for the old node. */
  function oldNode(user: User, type: string, payload: Element): MaybePromise<IqAnswer> | undefined {
    const action = payload.elements().find((el) => el.name !== 'configure' || payload.ns !== PUBSUB);
    if (action === undefined || action.attrs.node !== OLD) return undefined;
    if (type === 'get')
      return action.name !== 'items' || payload.ns !== PUBSUB
        ? undefined
        : inTurn(user, () => read(user)).then((xml) => ({
            result: `<pubsub xmlns='${PUBSUB}'><items node='${OLD}'><item id='current'>${xml}</item></items></pubsub>`,
          }));
    switch (action.name) {
      case 'publish': {
        const storage = action.child('item', PUBSUB)?.child('storage', OLD);
        if (storage === undefined) return undefined;
        const form = payload.child('publish-options', PUBSUB)?.child('x', NS.dataForms);
        const model = form?.elements().find((field) => field.attrs.var === 'pubsub#access_model');
        if (model !== undefined && model.child('value')?.text() !== 'whitelist') return { fault: mismatch };
        return inTurn(user, () => write(user, storage)).then((fault) =>
          fault === null
            ? answered(new Element('publish', PUBSUB, { node: OLD }, [new Element('item', PUBSUB, { id: 'current' })]))
            : { fault },
        );
      }
      // A client that has moved on tidies up behind itself: the bookmarks are not in this node, so nothing goes.
      case 'create':
      case 'delete':
      case 'purge':
      case 'retract':
      case 'configure':
        return { result: null };
      default:
        return undefined;
    }
  }

  nodes.answerInstead((user, { iq, payload }) => oldNode(user, iq.type, payload));
  nodes.onChanged((user, node) => {
    if (node !== NEW) return;
    // Several changes of one write are told once, when they are done.
    inTurn(user, () => read(user)).then(
      (xml) => nodes.tellOwn(user, OLD, { id: 'current', xml }),
      (error: unknown) => deps.log.warn('profile.bookmarks-not-told', { user: user.bare, error }),
    );
  });

  return { read: (user) => inTurn(user, () => read(user)), write: (user, storage) => inTurn(user, () => write(user, storage)) };
}
