/** Publishing, taking back and reading items (XEP-0060 §6.5, §7). */
import { secretId, sortableId } from '../../kernel/ids.ts';
import { ok, type Result, refuse } from '../../kernel/result.ts';
import type { IqAnswer } from '../../xmpp/router/hooks.ts';
import type { Element } from '../../xmpp/stanza/element.ts';
import { NS } from '../../xmpp/stanza/namespaces.ts';
import { escapeAttribute } from '../../xmpp/stanza/serialize.ts';
import type { StanzaFault } from '../../xmpp/stanza/stanza.ts';
import { mayPublish, mayRead } from '../access.ts';
import { type Asker, type Core, tag } from '../core.ts';
import { faults } from '../faults.ts';
import { PUBLISH_OPTIONS, PUBSUB } from '../names.ts';
import { readForm, unmetOption } from '../node-config.ts';
import { itemsEvent, type Notifier, retractEvent } from '../notifier.ts';
import { textOf } from '../payload.ts';
import type { Item, ItemHead } from '../ports.ts';
import type { PubNode, Realm } from '../realm.ts';
import type { Nodes } from './nodes.ts';
import { fitting, readPage } from './result-set.ts';

const MAX_ID = 1024;
/** What an item takes besides its payload and its id: the head in memory, the row in the database. */
const HEAD_BYTES = 300;
/** Of one request; each must fit into one answer. */
const MAX_PUBLISHED = 50;

/** After a commit: what others in the house make of it (avatars, bookmarks). */
export type Published = (realm: Realm, node: PubNode, items: readonly Item[], retracted: readonly string[]) => void;

/** What the items of a node count of the storage that its owner has. */
function bytesOf(heads: ReadonlyMap<string, ItemHead>): number {
  let sum = 0;
  for (const { id, bytes } of heads.values()) sum += bytes + Buffer.byteLength(id) + HEAD_BYTES;
  return sum;
}

export interface Items {
  publish(realm: Realm, asker: Asker, payload: Element): Promise<IqAnswer>;
  /** The same for what the server itself publishes in a person's name. Inside the realm's turn. */
  put(
    realm: Realm,
    asker: Asker,
    node: PubNode,
    given: readonly { readonly id: string; readonly xml: string }[],
  ): Promise<StanzaFault | null>;
  retract(realm: Realm, asker: Asker, payload: Element): Promise<IqAnswer>;
  /** Takes items away; those it does not have are left out. Inside the realm's turn. */
  take(realm: Realm, node: PubNode, ids: readonly string[], notify: boolean): Promise<readonly string[]>;
  read(realm: Realm, asker: Asker, payload: Element): Promise<IqAnswer>;
}

export function createItems(core: Core, nodes: Nodes, notifier: Notifier, published: () => readonly Published[]): Items {
  const { store, settings, clock } = core;

  function readItems(publish: Element, max: number): Result<{ id: string; xml: string }[], StanzaFault> {
    const given: { id: string; xml: string }[] = [];
    for (const item of publish.elements()) {
      if (item.name !== 'item' || item.ns !== PUBSUB) continue;
      const payloads = item.elements();
      const [payload] = payloads;
      if (payloads.length > 1 || payload?.ns === '') return refuse(faults.invalidPayload);
      const id = item.attrs.id ?? '';
      if (Buffer.byteLength(id) > MAX_ID) return refuse(faults.malformed(`The id of an item has ${MAX_ID} bytes at most.`));
      given.push({ id: id === '' ? secretId(12) : id, xml: payload === undefined ? '' : textOf(payload) });
    }
    if (given.length > max) return refuse(faults.maxItems(max));
    if (new Set(given.map((one) => one.id)).size < given.length) return refuse(faults.malformed('Two items have the same id.'));
    return ok(given);
  }

  function tell(realm: Realm, node: PubNode, items: readonly Item[], retracted: readonly string[]): void {
    for (const run of published()) {
      try {
        run(realm, node, items, retracted);
      } catch (error) {
        core.log.error('pubsub.listener-failed', { node: node.name, error });
      }
    }
  }

  async function put(
    realm: Realm,
    asker: Asker,
    node: PubNode,
    given: readonly { readonly id: string; readonly xml: string }[],
  ): Promise<StanzaFault | null> {
    const { config } = node;
    const now = clock.now();
    const max = core.maxItems(node);
    if (given.length > Math.min(max, MAX_PUBLISHED)) return faults.maxItems(Math.min(max, MAX_PUBLISHED));
    const isOwner = core.isOwner(realm, node, asker);
    const items: Item[] = [];
    for (const { id, xml } of given) {
      const bytes = Buffer.byteLength(xml);
      if (bytes > Math.min(config.maxPayload, settings.get().payloadSize))
        return faults.payloadTooBig(Math.min(config.maxPayload, settings.get().payloadSize));
      if (xml === '' && (config.persistItems || config.deliverPayloads)) return faults.payloadRequired;
      if (config.type !== '' && xml !== '' && !xml.includes(` xmlns='${escapeAttribute(config.type)}'`)) return faults.payloadType;
      const expiresAt = config.itemExpire === 0 ? null : now + config.itemExpire * 1000;
      items.push({ id, uid: sortableId(now), at: now, publisher: asker.jid.bare, xml, bytes, expiresAt });
    }
    const last = items[items.length - 1];
    if (config.persistItems) {
      const heads = await core.heads(node);
      for (const { id } of items) {
        const there = heads.get(id);
        if (there !== undefined && there.publisher !== asker.jid.bare && !isOwner) return faults.forbidden;
      }
      const next = new Map<string, ItemHead>(heads);
      for (const item of items) {
        next.delete(item.id);
        next.set(item.id, { id: item.id, uid: item.uid, bytes: item.bytes, publisher: item.publisher });
      }
      // §12.18: the oldest make room.
      const gone: string[] = [];
      for (const id of next.keys()) {
        if (next.size <= max) break;
        next.delete(id);
        gone.push(id);
      }
      const bytes = bytesOf(next);
      if (bytes > node.itemBytes && realm.bytes - node.itemBytes + bytes > core.maxBytes(realm)) return faults.noSpace;
      const kept = items.filter((item) => next.has(item.id));
      const change = { nodeId: node.id, items: { put: kept, remove: gone }, counts: { items: next.size, bytes } };
      await core.commit(realm, [change], () => {
        core.keepHeads(node, next);
        node.itemCount = next.size;
        node.itemBytes = bytes;
      });
    }
    if (last !== undefined) core.last.set(node.id, last);
    core.counters.published += items.length;
    if (items.length > 0) notifier.tell(realm, node, itemsEvent(node, items));
    tell(realm, node, items, []);
    return null;
  }

  async function take(realm: Realm, node: PubNode, ids: readonly string[], notify: boolean): Promise<readonly string[]> {
    const heads = await core.heads(node);
    const gone = ids.filter((id) => heads.has(id));
    if (gone.length === 0) return [];
    const next = new Map(heads);
    for (const id of gone) next.delete(id);
    const bytes = bytesOf(next);
    await core.commit(realm, [{ nodeId: node.id, items: { remove: gone }, counts: { items: next.size, bytes } }], () => {
      core.keepHeads(node, next);
      node.itemCount = next.size;
      node.itemBytes = bytes;
      core.last.forget(node.id);
    });
    if (notify) notifier.tell(realm, node, retractEvent(node, gone));
    tell(realm, node, [], gone);
    return gone;
  }

  /** Items as text, newest last; as many as fit into one answer. */
  async function answer(node: PubNode, heads: readonly ItemHead[], tail: Element | null): Promise<IqAnswer> {
    const items = await store.items(
      node.id,
      heads.map((head) => head.id),
    );
    const open = `<pubsub xmlns='${PUBSUB}'><items node='${escapeAttribute(node.name)}'`;
    const inner = items.map((item) => storedItem(node, item)).join('');
    const set = tail === null ? '' : textOf(tail);
    return { result: inner === '' ? `${open}/>${set}</pubsub>` : `${open}>${inner}</items>${set}</pubsub>` };
  }
  const storedItem = (node: PubNode, item: Item): string => {
    const publisher = node.config.itemReply === 'publisher' ? ` publisher='${escapeAttribute(item.publisher)}'` : '';
    const head = `<item id='${escapeAttribute(item.id)}'${publisher}`;
    return item.xml === '' ? `${head}/>` : `${head}>${item.xml}</item>`;
  };

  return {
    put,
    take,

    async publish(realm, asker, payload) {
      const publish = payload.child('publish', PUBSUB);
      const name = publish?.attrs.node ?? '';
      if (publish === undefined || name === '') return { fault: faults.nodeIdRequired };
      const x = payload.child('publish-options', PUBSUB)?.child('x', NS.dataForms);
      const options = readForm(x, PUBLISH_OPTIONS);
      if (x !== undefined && options === null) return { fault: faults.malformed('The publish-options are not a form of this kind.') };
      const given = readItems(publish, MAX_PUBLISHED);
      if (!given.ok) return { fault: given.fault };
      const tooFast = core.pace(asker.jid.bare);
      if (tooFast !== null) return { fault: tooFast };
      let node = realm.nodes.get(name);
      if (node === undefined) {
        if (given.value.some(({ xml }) => Buffer.byteLength(xml) > settings.get().payloadSize))
          return { fault: faults.payloadTooBig(settings.get().payloadSize) };
        const made = await nodes.make(realm, asker, name, options);
        if (!made.ok) return { fault: made.fault };
        node = made.value;
      } else {
        const refused = mayPublish(node.config, await core.standingOf(realm, node, asker));
        if (refused !== null) return { fault: refused };
        const unmet = options === null ? null : unmetOption(node.config, options);
        if (unmet !== null) return { fault: faults.precondition(unmet) };
      }
      if (given.value.length === 0) {
        // §7.1.2.1: without an item only where items have no payload and are not kept.
        if (node.config.persistItems || node.config.deliverPayloads) return { fault: faults.itemRequired };
        given.value.push({ id: secretId(12), xml: '' });
      }
      const refused = await put(realm, asker, node, given.value);
      if (refused !== null) return { fault: refused };
      const items = given.value.map(({ id }) => tag('item', PUBSUB, { id }));
      return { result: tag('pubsub', PUBSUB, {}, tag('publish', PUBSUB, { node: name }, ...items)) };
    },

    async retract(realm, asker, payload) {
      const retract = payload.child('retract', PUBSUB);
      const name = retract?.attrs.node ?? '';
      if (retract === undefined || name === '') return { fault: faults.nodeIdRequired };
      const node = realm.nodes.get(name);
      if (node === undefined) return { fault: faults.noNode };
      const ids = retract
        .elements()
        .flatMap((item) => (item.name === 'item' && item.ns === PUBSUB && item.attrs.id ? [item.attrs.id] : []));
      if (ids.length === 0) return { fault: faults.itemRequired };
      if (ids.length > MAX_PUBLISHED) return { fault: faults.maxItems(MAX_PUBLISHED) };
      if (!node.config.persistItems) return { fault: faults.unsupported('persistent-items', 'This node keeps no items.') };
      const refused = mayPublish(node.config, await core.standingOf(realm, node, asker));
      if (refused !== null) return { fault: refused };
      const heads = await core.heads(node);
      const isOwner = core.isOwner(realm, node, asker);
      for (const id of ids) {
        const head = heads.get(id);
        if (head === undefined) return { fault: faults.noItem };
        if (!isOwner && head.publisher !== asker.jid.bare) return { fault: faults.forbidden };
      }
      const tooFast = core.pace(asker.jid.bare);
      if (tooFast !== null) return { fault: tooFast };
      // §7.2.2.1: the request may ask for it, the node may always want it.
      const asked = retract.attrs.notify === '1' || retract.attrs.notify === 'true';
      await take(realm, node, ids, asked || node.config.notifyRetract);
      return { result: null };
    },

    async read(realm, asker, payload) {
      const request = payload.child('items', PUBSUB);
      const name = request?.attrs.node ?? '';
      if (request === undefined || name === '') return { fault: faults.nodeIdRequired };
      const node = realm.nodes.get(name);
      if (node === undefined) return { fault: faults.noNode };
      const refused = mayRead(node.config, await core.standingOf(realm, node, asker));
      if (refused !== null) return { fault: refused };
      const subid = request.attrs.subid;
      if (subid !== undefined && ![...node.subscriptions.values()].some((one) => one.subid === subid))
        return { fault: faults.invalidSubid };
      if (!node.config.persistItems) {
        const last = core.last.get(node.id);
        const xml = last === null || last === undefined ? '' : storedItem(node, last);
        return { result: `<pubsub xmlns='${PUBSUB}'><items node='${escapeAttribute(name)}'>${xml}</items></pubsub>` };
      }
      const heads = await core.heads(node);
      const named = request.elements().flatMap((item) => (item.name === 'item' && item.attrs.id ? [item.attrs.id] : []));
      if (named.length > 0) {
        const found = named.flatMap((id) => heads.get(id) ?? []);
        if (found.length === 0) return { fault: faults.noItem };
        return answer(node, fitting(found, 'last').kept, null);
      }
      const page = readPage(payload.child('set', NS.resultSets), request.attrs.max_items, [...heads.values()]);
      if (!page.ok) return { fault: page.fault };
      return answer(node, page.value.heads, page.value.set);
    },
  };
}
