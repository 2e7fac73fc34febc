/**
 * One avatar for old and new clients (XEP-0398): what is published by XEP-0084 goes into the vCard, a picture in the vCard is published, and presence
 * names the picture's hash (XEP-0153), also presence to one address, which is how people enter rooms. The vCard is for everyone to read, so only
 * avatars that are published for everyone go there.
 */
import type { Log } from '../kernel/log.ts';
import { defineSlot, readSlot, writeSlot } from '../kernel/slots.ts';
import type { ClientSession } from '../xmpp/c2s/session.ts';
import type { HookRegistration, Protocol } from '../xmpp/router/hooks.ts';
import type { Router } from '../xmpp/router/router.ts';
import type { User, Users } from '../xmpp/router/users.ts';
import { makePresence } from '../xmpp/stanza/build.ts';
import { Element } from '../xmpp/stanza/element.ts';
import { NS } from '../xmpp/stanza/namespaces.ts';
import { escapeAttribute, serialize } from '../xmpp/stanza/serialize.ts';
import type { PresenceStanza } from '../xmpp/stanza/stanza.ts';
import type { PersonalNodes, ProfileStore } from './ports.ts';
import { decoded, hashOf, type Photo, parseKept, photoOf, withPhoto } from './vcard-photo.ts';

export const avatarProtocols: readonly Protocol[] = [
  { number: 'XEP-0084', title: 'User Avatar', version: '1.1.4', status: 'complete' },
  { number: 'XEP-0153', title: 'vCard-Based Avatars', version: '1.1', status: 'complete' },
  { number: 'XEP-0398', title: 'User Avatar to vCard-Based Avatars Conversion', version: '1.0.1', status: 'complete' },
];
export const CONVERSION = 'urn:xmpp:pep-vcard-conversion:0';

const DATA = 'urn:xmpp:avatar:data';
const METADATA = 'urn:xmpp:avatar:metadata';
const UPDATE = 'vcard-temp:x:update';
/** Both clients that show avatars to strangers and rooms need to read it. */
const openNode = { access_model: 'open', max_items: '1', persist_items: 'true' };

const slot = defineSlot<string>('profile.photo');

export interface Avatars {
  readonly hooks: readonly HookRegistration[];
  /** What reads and writes the vCard of a person, one after the other, so that none undoes the other. A failure is the caller's. */
  turn<T>(user: User, work: () => Promise<T>): Promise<T>;
  /** A vCard was stored by its owner. */
  vcardSaved(user: User, photo: Photo | null): void;
}

export function createAvatars(deps: {
  readonly store: ProfileStore;
  readonly users: Users;
  readonly nodes: PersonalNodes;
  readonly router: () => Router;
  /** For the chat rooms somebody is in: presence to one address is not told again by the presence room. Hashes; empty for no picture. */
  readonly pictureChanged?: ((user: User, was: string, now: string) => void) | undefined;
  readonly log: Log;
}): Avatars {
  const { store, nodes } = deps;
  /** Elements that stand in presence because the server put them there. */
  const ours = new WeakSet<Element>();
  const turns = new WeakMap<User, Promise<unknown>>();

  deps.users.registerLoader<string>({
    slot,
    async load(ids) {
      const found = await store.photos(ids);
      const hashes = new Map<number, string>();
      for (const [id, { photo, xml }] of found) {
        const vcard = photo === null ? parseKept(xml) : null;
        const hash = photo ?? (vcard === null ? '' : (photoOf(vcard)?.hash ?? ''));
        hashes.set(id, hash);
        // Stored before hashes were: so that it is looked at once only.
        if (photo === null) await store.saveVcard(id, xml, hash);
      }
      return hashes;
    },
    empty: () => '',
  });

  function turn<T>(user: User, work: () => Promise<T>): Promise<T> {
    const mine = (turns.get(user) ?? Promise.resolve()).then(work);
    turns.set(
      user,
      mine.catch(() => undefined),
    );
    return mine;
  }
  /** A conversion: its failure is logged and ends nothing. */
  function inTurn(user: User, work: () => Promise<void>): void {
    turn(user, work).catch((error: unknown) => deps.log.warn('profile.avatar-failed', { user: user.bare, error }));
  }

  const update = (hash: string): Element => {
    const x = new Element('x', UPDATE, {}, [new Element('photo', UPDATE, {}, hash === '' ? [] : [hash])]);
    ours.add(x);
    return x;
  };

  function announce(user: User, hash: string): void {
    const was = readSlot(user, slot) ?? '';
    if (was === hash) return;
    writeSlot(user, slot, hash);
    deps.pictureChanged?.(user, was, hash);
    for (const session of [...user.sessions.values()]) {
      if (session.presence !== null && session.state !== 'ended') again(session, session.presence, hash);
    }
  }

  /** The device's presence once more, with the new hash; one that names pictures itself does that itself. */
  function again(session: ClientSession, presence: PresenceStanza, hash: string): void {
    const named = presence.el.child('x', UPDATE);
    if (named !== undefined && !ours.has(named) && (named.child('photo', UPDATE)?.text() ?? '') !== '') return;
    const children = presence.el.children.filter((child) => child !== named);
    deps.router().submit(session, makePresence({ from: session.jid, to: null, lang: presence.lang }, ...children, update(hash)));
  }

  function onPresence(session: ClientSession, stanza: PresenceStanza): void {
    const hash = readSlot(session.user, slot) ?? '';
    if (hash === '') return;
    const children = stanza.el.children;
    for (let i = 0; i < children.length; i++) {
      const child = children[i];
      if (typeof child === 'string' || child === undefined || child.ns !== UPDATE || child.name !== 'x') continue;
      if ((child.child('photo', UPDATE)?.text() ?? '') !== '') return;
      children[i] = update(hash);
      return;
    }
    children.push(update(hash));
  }

  async function published(user: User, xml: string): Promise<void> {
    const metadata = parseKept(xml);
    if (metadata === null || metadata.name !== 'metadata') return;
    const infos = metadata.elements().filter((info) => info.name === 'info' && (info.attrs.url ?? '') === '');
    const info = infos.find((one) => one.attrs.type === 'image/png') ?? infos[0];
    if (info === undefined) {
      // An empty element means no avatar (XEP-0084 §4.2.4); one that is only elsewhere changes nothing here.
      if (metadata.elements().length === 0 && readSlot(user, slot) !== '') await replacePhoto(user, null);
      return;
    }
    const id = info.attrs.id ?? '';
    if (id === readSlot(user, slot) || nodes.modelOf(user, DATA) !== 'open' || nodes.modelOf(user, METADATA) !== 'open') return;
    const data = await nodes.item(user, DATA, id);
    const bytes = data === null ? null : decoded(parseKept(data)?.text() ?? '');
    // What is shown must be what was announced.
    if (bytes === null || hashOf(bytes) !== id.toLowerCase()) return;
    await replacePhoto(user, { bytes, type: info.attrs.type ?? 'image/png', hash: id.toLowerCase() });
  }

  async function replacePhoto(user: User, photo: Photo | null): Promise<void> {
    const xml = await store.vcard(user.accountId);
    const vcard = xml === null ? null : parseKept(xml);
    if (photo === null && vcard === null) return;
    const hash = photo?.hash ?? '';
    await store.saveVcard(user.accountId, serialize(withPhoto(vcard, photo), NS.client), hash);
    announce(user, hash);
  }

  async function publish(user: User, photo: Photo | null): Promise<void> {
    if (photo === null) {
      if (nodes.modelOf(user, METADATA) !== null)
        await nodes.publish(user, METADATA, [{ id: 'none', xml: `<metadata xmlns='${METADATA}'/>` }], openNode);
      return;
    }
    const { bytes, type, hash } = photo;
    const data = `<data xmlns='${DATA}'>${bytes.toString('base64')}</data>`;
    const info = `<info bytes='${bytes.length}' id='${hash}' type='${escapeAttribute(type)}'/>`;
    const fault =
      (await nodes.publish(user, DATA, [{ id: hash, xml: data }], openNode)) ??
      (await nodes.publish(user, METADATA, [{ id: hash, xml: `<metadata xmlns='${METADATA}'>${info}</metadata>` }], openNode));
    if (fault !== null) deps.log.info('profile.avatar-not-published', { user: user.bare, why: fault.condition });
  }

  nodes.onChanged((user, node, items) => {
    const last = items[items.length - 1];
    if (node === METADATA && last !== undefined) inTurn(user, () => published(user, last.xml));
  });

  return {
    turn,
    hooks: [
      {
        hook: 'stanza.leaving',
        stage: 'enrich',
        run(session, stanza) {
          if (stanza.kind === 'presence' && stanza.type === '') onPresence(session, stanza);
          return undefined;
        },
      },
    ],
    vcardSaved(user, photo) {
      if ((photo?.hash ?? '') === readSlot(user, slot)) return;
      announce(user, photo?.hash ?? '');
      inTurn(user, () => publish(user, photo));
    },
  };
}
