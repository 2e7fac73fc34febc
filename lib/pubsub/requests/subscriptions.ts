/** Subscribing, leaving, options, and the owner's say in it (XEP-0060 §6.1 to §6.3, §8.6, §8.8). */
import { secretId } from '../../kernel/ids.ts';
import { type BareJid, bareOf, type Jid, parseJid } from '../../kernel/jid.ts';
import type { IqAnswer } from '../../xmpp/router/hooks.ts';
import { makeMessage } from '../../xmpp/stanza/build.ts';
import { Element } from '../../xmpp/stanza/element.ts';
import { NS } from '../../xmpp/stanza/namespaces.ts';
import type { MessageStanza } from '../../xmpp/stanza/stanza.ts';
import { formElement } from '../../xmpp/xeps/xep-0004-forms.ts';
import { mayRead, maySubscribe } from '../access.ts';
import { type Asker, type Core, tag } from '../core.ts';
import { faults } from '../faults.ts';
import { AUTHORIZATION, PUBSUB, PUBSUB_OWNER, SUBSCRIBE_OPTIONS } from '../names.ts';
import { readForm } from '../node-config.ts';
import { type Notifier, subscriptionEvent } from '../notifier.ts';
import type { Subscription } from '../ports.ts';
import type { PubNode, Realm } from '../realm.ts';

export interface Subscriptions {
  subscribe(realm: Realm, asker: Asker, payload: Element): Promise<IqAnswer>;
  unsubscribe(realm: Realm, asker: Asker, payload: Element): Promise<IqAnswer>;
  options(realm: Realm, asker: Asker, payload: Element, type: string): Promise<IqAnswer>;
  /** The asker's own, at all nodes or at one. */
  mine(realm: Realm, asker: Asker, node: string | undefined): IqAnswer;
  ofNode(realm: Realm, asker: Asker, name: string): IqAnswer;
  setByOwner(realm: Realm, asker: Asker, list: Element): Promise<IqAnswer>;
  /** An owner's answer to a request for approval (§8.6). False when the message is none. */
  answered(realm: Realm, asker: Asker, message: MessageStanza): boolean;
}

const MAX_CHANGES = 100;
/** Bytes of an address that an index of the database takes; real ones are far shorter. */
const MAX_ADDRESS = 2000;

export function createSubscriptions(core: Core, notifier: Notifier): Subscriptions {
  const put = (realm: Realm, node: PubNode, one: Subscription): Promise<void> =>
    core.commit(realm, [{ nodeId: node.id, subscriptions: { put: [one] } }], () => realm.subscribe(node, one));
  const remove = (realm: Realm, node: PubNode, jid: string): Promise<void> =>
    core.commit(realm, [{ nodeId: node.id, subscriptions: { remove: [jid] } }], () => realm.unsubscribe(node, jid));

  const described = (node: PubNode, one: Subscription, ns: string = PUBSUB): Element =>
    tag('subscription', ns, { node: node.name, jid: one.jid, subid: one.subid, subscription: one.state });

  /** The address in the request, when it is the asker's own (§6.1.3.1). */
  function ownJid(asker: Asker, text: string | undefined): Jid | null {
    const jid = text === undefined ? null : parseJid(text);
    return jid !== null && jid.bare === asker.jid.bare && (jid.resource === '' || jid.full === asker.jid.full) ? jid : null;
  }

  function countOf(realm: Realm, who: BareJid): number {
    let count = 0;
    for (const _ of realm.subscriptionsOf(who)) count++;
    return count;
  }

  /** The newest item to a new subscriber (§6.1.7). */
  async function welcome(realm: Realm, node: PubNode, to: Jid): Promise<void> {
    if (node.config.sendLast === 'never' || !node.config.deliverNotifications) return;
    const item = await core.lastItem(node);
    if (item !== null) notifier.sendLast(realm, node, item, to);
  }

  /** §8.6: the owners are asked; kept for those who are offline. */
  function askOwners(realm: Realm, node: PubNode, one: Subscription): void {
    const form = formElement(
      'form',
      AUTHORIZATION,
      [
        { name: 'pubsub#subid', type: 'hidden', values: [one.subid] },
        { name: 'pubsub#node', type: 'text-single', label: 'Node', values: [node.name] },
        { name: 'pubsub#subscriber_jid', type: 'jid-single', label: 'Who asks', values: [one.jid] },
        { name: 'pubsub#allow', type: 'boolean', label: 'Allow the subscription?', values: ['0'] },
      ],
      { title: 'Subscription request', instructions: 'Someone wants to subscribe to a node of yours.' },
    );
    const owners =
      realm.kind === 'person'
        ? [realm.address.bare]
        : [...node.affiliations].flatMap(([bare, affiliation]) => (affiliation === 'owner' ? [bare as BareJid] : []));
    for (const owner of owners) {
      const to = parseJid(owner);
      if (to !== null) core.router().route(makeMessage({ from: realm.address, to }, form, new Element('store', 'urn:xmpp:hints')));
    }
  }

  async function approve(realm: Realm, node: PubNode, one: Subscription): Promise<void> {
    const now: Subscription = { ...one, state: 'subscribed' };
    await put(realm, node, now);
    const to = parseJid(one.jid);
    if (to === null) return;
    notifier.tellOne(realm, node, subscriptionEvent(node, now, 'subscribed'), to);
    await welcome(realm, node, to);
  }
  async function end(realm: Realm, node: PubNode, one: Subscription): Promise<void> {
    await remove(realm, node, one.jid);
    const to = parseJid(one.jid);
    if (to !== null) notifier.tellOne(realm, node, subscriptionEvent(node, one, 'none'), to);
  }

  return {
    async subscribe(realm, asker, payload) {
      const request = payload.child('subscribe', PUBSUB);
      const name = request?.attrs.node ?? '';
      if (request === undefined || name === '') return { fault: faults.nodeIdRequired };
      const jid = ownJid(asker, request.attrs.jid);
      if (jid === null || Buffer.byteLength(jid.full) > MAX_ADDRESS) return { fault: faults.invalidJid };
      const node = realm.nodes.get(name);
      if (node === undefined) return { fault: faults.noNode };
      const there = node.subscriptions.get(jid.full);
      if (there !== undefined && there.state === 'subscribed') return { result: tag('pubsub', PUBSUB, {}, described(node, there)) };
      const refused = maySubscribe(node.config, await core.standingOf(realm, node, asker));
      if (refused !== null && refused !== 'ask-owner') return { fault: refused };
      const { subscriptionsPerPerson, subscriptionsPerNode } = core.settings.get();
      if (node.subscriptions.size >= subscriptionsPerNode || countOf(realm, asker.jid.bare) >= subscriptionsPerPerson)
        return { fault: faults.tooManySubscriptions };
      const tooFast = core.pace(asker.jid.bare);
      if (tooFast !== null) return { fault: tooFast };
      const form = readForm(payload.child('options', PUBSUB)?.child('x', NS.dataForms), SUBSCRIBE_OPTIONS);
      const deliver = readDeliver(form?.get('pubsub#deliver'), true);
      if (deliver === null) return { fault: faults.invalidOptions('"pubsub#deliver" is true or false.') };
      const one: Subscription = { jid: jid.full, subid: secretId(12), state: refused === null ? 'subscribed' : 'pending', deliver };
      await put(realm, node, one);
      if (refused === 'ask-owner') askOwners(realm, node, one);
      else void welcome(realm, node, jid).catch((error: unknown) => core.log.warn('pubsub.last-item-failed', { node: node.name, error }));
      return { result: tag('pubsub', PUBSUB, {}, described(node, one)) };
    },

    async unsubscribe(realm, asker, payload) {
      const request = payload.child('unsubscribe', PUBSUB);
      const name = request?.attrs.node ?? '';
      if (request === undefined || name === '') return { fault: faults.nodeIdRequired };
      const jid = parseJid(request.attrs.jid ?? '');
      // §6.2.3.3: nobody ends a subscription of somebody else.
      if (jid === null || jid.bare !== asker.jid.bare) return { fault: faults.forbidden };
      const node = realm.nodes.get(name);
      if (node === undefined) return { fault: faults.noNode };
      const one = node.subscriptions.get(jid.full);
      if (one === undefined) return { fault: faults.notSubscribed };
      if (request.attrs.subid !== undefined && request.attrs.subid !== one.subid) return { fault: faults.invalidSubid };
      await remove(realm, node, one.jid);
      return {
        result: tag(
          'pubsub',
          PUBSUB,
          {},
          tag('subscription', PUBSUB, { node: name, jid: one.jid, subid: one.subid, subscription: 'none' }),
        ),
      };
    },

    async options(realm, asker, payload, type) {
      const request = payload.child('options', PUBSUB);
      const name = request?.attrs.node ?? '';
      if (request === undefined || name === '') return { fault: faults.nodeIdRequired };
      const jid = parseJid(request.attrs.jid ?? '');
      if (jid === null || jid.bare !== asker.jid.bare) return { fault: faults.forbidden };
      const node = realm.nodes.get(name);
      if (node === undefined) return { fault: faults.noNode };
      const one = node.subscriptions.get(jid.full);
      if (one === undefined) return { fault: faults.notSubscribed };
      if (request.attrs.subid !== undefined && request.attrs.subid !== one.subid) return { fault: faults.invalidSubid };
      if (type === 'get') {
        const attrs = { node: name, jid: one.jid, subid: one.subid };
        return { result: tag('pubsub', PUBSUB, {}, tag('options', PUBSUB, attrs, optionsForm(one.deliver))) };
      }
      const x = request.child('x', NS.dataForms);
      if (x?.attrs.type === 'cancel') return { result: null };
      const form = readForm(x, SUBSCRIBE_OPTIONS);
      const deliver = form === null ? null : readDeliver(form.get('pubsub#deliver'), one.deliver);
      if (deliver === null) return { fault: faults.invalidOptions('"pubsub#deliver" is true or false; there are no other options.') };
      await put(realm, node, { ...one, deliver });
      return { result: null };
    },

    mine(realm, asker, name) {
      if (name !== undefined && !realm.nodes.has(name)) return { fault: faults.noNode };
      const list = tag('subscriptions', PUBSUB, name === undefined ? {} : { node: name });
      for (const { node, one } of realm.subscriptionsOf(asker.jid.bare))
        if (name === undefined || node.name === name) list.children.push(described(node, one));
      return { result: tag('pubsub', PUBSUB, {}, list) };
    },

    ofNode(realm, asker, name) {
      if (name === '') return { fault: faults.nodeIdRequired };
      const node = realm.nodes.get(name);
      if (node === undefined) return { fault: faults.noNode };
      if (!core.isOwner(realm, node, asker)) return { fault: faults.forbidden };
      const list = tag('subscriptions', PUBSUB_OWNER, { node: name });
      for (const one of node.subscriptions.values())
        list.children.push(tag('subscription', PUBSUB_OWNER, { jid: one.jid, subid: one.subid, subscription: one.state }));
      return { result: tag('pubsub', PUBSUB_OWNER, {}, list) };
    },

    async setByOwner(realm, asker, list) {
      const node = realm.nodes.get(list.attrs.node ?? '');
      if (node === undefined) return { fault: list.attrs.node === undefined ? faults.nodeIdRequired : faults.noNode };
      if (!core.isOwner(realm, node, asker)) return { fault: faults.forbidden };
      const wanted = list.elements().filter((one) => one.name === 'subscription' && one.ns === PUBSUB_OWNER);
      if (wanted.length > MAX_CHANGES) return { fault: faults.malformed(`One request changes ${MAX_CHANGES} subscriptions at most.`) };
      const changes: { jid: Jid; state: string }[] = [];
      for (const one of wanted) {
        const jid = parseJid(one.attrs.jid ?? '');
        const state = one.attrs.subscription ?? '';
        if (jid === null || Buffer.byteLength(jid.full) > MAX_ADDRESS) return { fault: { condition: 'jid-malformed', type: 'modify' } };
        if (state !== 'none' && state !== 'subscribed' && state !== 'pending')
          return { fault: faults.malformed(`There is no subscription state "${state}" here.`) };
        changes.push({ jid, state });
      }
      for (const { jid, state } of changes) {
        const there = node.subscriptions.get(jid.full);
        if (state === 'none') {
          if (there !== undefined) await end(realm, node, there);
        } else if (there?.state !== state) {
          if (there === undefined && node.subscriptions.size >= core.settings.get().subscriptionsPerNode)
            return { fault: faults.tooManySubscriptions };
          const one: Subscription = there ?? { jid: jid.full, subid: secretId(12), state: 'pending', deliver: true };
          if (state === 'subscribed') await approve(realm, node, one);
          else await put(realm, node, { ...one, state: 'pending' });
        }
      }
      return { result: null };
    },

    answered(realm, asker, message) {
      const form = readForm(message.el.child('x', NS.dataForms), AUTHORIZATION);
      if (form === null || !form.has('pubsub#subscriber_jid')) return false;
      const node = realm.nodes.get(form.get('pubsub#node')?.[0] ?? '');
      const jid = parseJid(form.get('pubsub#subscriber_jid')?.[0] ?? '');
      if (node === undefined || jid === null || !core.isOwner(realm, node, asker)) return true;
      const allow = form.get('pubsub#allow')?.[0];
      realm
        .run(async () => {
          const one = node.subscriptions.get(jid.full);
          const subid = form.get('pubsub#subid')?.[0];
          // An answer to a request that is no more changes nothing.
          if (one?.state !== 'pending' || (subid !== undefined && subid !== '' && subid !== one.subid)) return;
          if (allow === '1' || allow === 'true') await approve(realm, node, one);
          else await end(realm, node, one);
        })
        .catch((error: unknown) => core.log.warn('pubsub.approval-failed', { node: node.name, error }));
      return true;
    },
  };
}

function readDeliver(values: readonly string[] | undefined, otherwise: boolean): boolean | null {
  const value = values?.[0];
  if (value === undefined) return otherwise;
  return value === '1' || value === 'true' ? true : value === '0' || value === 'false' ? false : null;
}

export const optionsForm = (deliver: boolean): Element =>
  formElement('form', SUBSCRIBE_OPTIONS, [
    { name: 'pubsub#deliver', type: 'boolean', label: 'Send notifications', values: [deliver ? '1' : '0'] },
  ]);

/** Ends subscriptions of those who lost the right to read. Inside the realm's turn. */
export async function endUnentitled(core: Core, notifier: Notifier, realm: Realm, node: PubNode): Promise<void> {
  const lost: Subscription[] = [];
  for (const one of node.subscriptions.values()) {
    const jid = parseJid(one.jid);
    if (jid === null) continue;
    const refused = mayRead(node.config, await core.standingOf(realm, node, { jid: bareOf(jid), isOperator: false }));
    if (refused !== null && one.state === 'subscribed') lost.push(one);
  }
  if (lost.length === 0) return;
  await core.commit(realm, [{ nodeId: node.id, subscriptions: { remove: lost.map((one) => one.jid) } }], () => {
    for (const one of lost) realm.unsubscribe(node, one.jid);
  });
  for (const one of lost) {
    const jid = parseJid(one.jid);
    if (jid !== null) notifier.tellOne(realm, node, subscriptionEvent(node, one, 'none'), jid);
  }
}
