import { beforeEach, describe, expect, test } from 'vitest';
import type { BareJid } from '../kernel/jid.ts';
import { createPresenceWorld, jidOf, type PresenceWorld, presenceValues } from '../testing/presence-world.ts';
import { makeIq, makePresence } from '../xmpp/stanza/build.ts';
import { el } from '../xmpp/stanza/element.ts';
import type { PresenceStanza } from '../xmpp/stanza/stanza.ts';

const C = 'jabber:client';
const A = 'alice@example.com';
const B = 'bob@example.com';
const C_ = 'carol@example.com';

let node: PresenceWorld['node'];
let settings: PresenceWorld['settings'];
let presence: PresenceWorld['presence'];
let contact: PresenceWorld['contact'];
let friends: PresenceWorld['friends'];
let block: PresenceWorld['block'];
let unblock: PresenceWorld['unblock'];

beforeEach(async () => {
  ({ node, settings, presence, contact, friends, block, unblock } = await createPresenceWorld());
});

describe('probes', () => {
  test('a watcher gets the full presence of each available device, of one device when asked for it', async () => {
    await friends(A, B);
    const desk = await node.signIn(`${A}/desk`);
    const phone = await node.signIn(`${A}/phone`);
    desk.presenceOut('', null, el('status', C, {}, 'at work'));
    phone.presenceOut('');
    const bob = await node.signIn(`${B}/x`);
    bob.presenceOut('probe', A);
    await node.until(() => bob.sent.length === 2);
    expect(bob.take()).toEqual([
      `<presence from='${A}/desk' to='${B}/x'><status>at work</status></presence>`,
      `<presence from='${A}/phone' to='${B}/x'/>`,
    ]);
    bob.presenceOut('probe', `${A}/phone`);
    await node.until(() => bob.sent.length === 1);
    expect(bob.take()).toEqual([`<presence from='${A}/phone' to='${B}/x'/>`]);
    desk.disconnect();
    phone.disconnect();
    bob.take();
    bob.presenceOut('probe', A);
    await node.until(() => bob.sent.length === 1);
    expect(bob.take()).toEqual([`<presence from='${A}' to='${B}/x' type='unavailable'/>`]);
  });

  test('a stranger among us gets the same answer from someone who does not exist', async () => {
    settings.set(presenceValues({ autoAuthorize: false }));
    const carol = await node.signIn('carol@example.com/x');
    carol.interested = true;
    for (const target of [A, 'nobody@example.com']) carol.presenceOut('subscribe', target);
    await node.until(() => carol.sent.length === 2 && carol.heldAcks === 0);
    carol.take();
    for (const target of [A, 'nobody@example.com']) carol.presenceOut('probe', target);
    await node.until(() => carol.sent.filter((xml) => xml.startsWith('<iq')).length === 2);
    const answers = carol.take().map((xml) =>
      xml
        .replace(A, '*')
        .replace('nobody@example.com', '*')
        .replace(/ (id|ver)='[^']+'/g, ''),
    );
    expect(answers).toHaveLength(4);
    expect(new Set(answers).size).toBe(2);
    expect(answers[0]).toBe("<presence from='*' to='carol@example.com' type='unsubscribed'/>");
  });

  test('a stranger hears "unsubscribed" whether anyone is online or not', async () => {
    await node.users.load(A as BareJid);
    node.router.route(probeFrom('eve@elsewhere.org/x', A));
    await node.until(() => node.outside.length === 1);
    const alice = await node.signIn(`${A}/desk`);
    alice.presenceOut('');
    node.router.route(probeFrom('eve@elsewhere.org/x', A));
    await node.until(() => node.outside.length === 2);
    const [offline, online] = node.outside.map((s) => s.render());
    expect(offline).toBe(`<presence from='${A}' to='eve@elsewhere.org/x' type='unsubscribed'/>`);
    expect(online).toBe(offline);
  });
});

describe('subscriptions made while both are online', () => {
  test('an approval shows each device at once, a cancellation hides them before it arrives', async () => {
    const alice = await node.signIn(`${A}/desk`);
    const bobOne = await node.signIn(`${B}/one`);
    const bobTwo = await node.signIn(`${B}/two`);
    for (const device of [alice, bobOne, bobTwo]) device.presenceOut('');
    alice.interested = true;
    alice.take();
    alice.presenceOut('subscribe', B);
    await node.until(() => alice.sent.filter((xml) => xml.includes(`from='${B}/`)).length === 2);
    alice.take();
    bobOne.presenceOut('unsubscribed', A);
    await node.until(() => alice.sent.some((xml) => xml.includes("type='unsubscribed'")));
    expect(alice.sent.map((xml) => /type='(\w+)'/.exec(xml)?.[1]).slice(0, 3)).toEqual(['unavailable', 'unavailable', 'unsubscribed']);
  });

  test('someone who stops watching is shown offline devices', async () => {
    await friends(A, B);
    const alice = await node.signIn(`${A}/desk`);
    const bob = await node.signIn(`${B}/x`);
    for (const device of [alice, bob]) device.presenceOut('');
    alice.take();
    alice.presenceOut('unsubscribe', B);
    await node.until(() => alice.sent.includes(`<presence from='${B}/x' to='${A}' type='unavailable'/>`));
  });
});

describe('blocking', () => {
  test('blocked: seen as gone, and nothing passes either way; unblocked: both see each other again', async () => {
    await friends(A, B);
    const alice = await node.signIn(`${A}/desk`);
    const bob = await node.signIn(`${B}/x`);
    alice.presenceOut('');
    bob.presenceOut('');
    bob.take();
    alice.take();
    block(alice.user, B);

    expect(bob.take()).toEqual([`<presence from='${A}/desk' to='${B}' type='unavailable'/>`]);
    alice.presenceOut('', null, el('show', C, {}, 'away'));
    bob.presenceOut('', null, el('show', C, {}, 'dnd'));
    expect(bob.take()).toEqual([`<presence from='${B}/x' to='${B}/x'><show>dnd</show></presence>`]);
    expect(alice.take()).toEqual([`<presence from='${A}/desk' to='${A}/desk'><show>away</show></presence>`]);
    // A new device of the blocked one learns nothing.
    const other = await node.signIn(`${B}/new`);
    other.presenceOut('');
    expect(other.sent.some((xml) => xml.includes(A))).toBe(false);
    bob.take();
    unblock(alice.user, B);
    expect(bob.take()).toEqual([`<presence from='${A}/desk' to='${B}'><show>away</show></presence>`]);
    expect(alice.take()).toEqual([
      `<presence from='${B}/x' to='${A}/desk'><show>dnd</show></presence>`,
      `<presence from='${B}/new' to='${A}/desk'/>`,
    ]);
  });

  test('a blocked stranger who was sent presence by name is told that it ended', async () => {
    const alice = await node.signIn(`${A}/desk`);
    const carol = await node.signIn(`${C_}/x`);
    carol.presenceOut('');
    alice.presenceOut('');
    alice.presenceOut('', C_);
    await node.until(() => carol.sent.length === 2);
    carol.take();
    block(alice.user, 'example.com', C_);
    expect(carol.take()).toEqual([`<presence from='${A}/desk' to='${C_}' type='unavailable'/>`]);
  });
});

describe('availability sharing', () => {
  test('turned off everyone seems offline at once, own devices still see each other; turned on all are shown', async () => {
    await friends(A, B);
    const desk = await node.signIn(`${A}/desk`);
    const phone = await node.signIn(`${A}/phone`);
    const bob = await node.signIn(`${B}/x`);
    for (const device of [desk, phone, bob]) device.presenceOut('');
    for (const device of [desk, phone, bob]) device.take();
    settings.set(presenceValues({ enabled: false }));
    await node.until(() => bob.sent.length === 2 && desk.sent.length === 1);
    expect(bob.take().sort()).toEqual([
      `<presence from='${A}/desk' to='${B}' type='unavailable'/>`,
      `<presence from='${A}/phone' to='${B}' type='unavailable'/>`,
    ]);
    desk.take();
    desk.presenceOut('', null, el('show', C, {}, 'away'));
    desk.presenceOut('', `${B}/x`);
    bob.presenceOut('probe', A);
    await node.until(() => bob.sent.length === 1);
    expect(bob.take()).toEqual([`<presence from='${A}' to='${B}/x' type='unavailable'/>`]);
    expect(phone.take().at(-1)).toBe(`<presence from='${A}/desk' to='${A}/phone'><show>away</show></presence>`);
    const late = await node.signIn(`${B}/late`);
    late.presenceOut('');
    expect(late.sent.some((xml) => xml.includes(A))).toBe(false);
    bob.take();
    settings.set(presenceValues({ enabled: true }));
    await node.until(() => bob.sent.length === 2);
    expect(bob.take().sort()).toEqual([
      `<presence from='${A}/desk' to='${B}'><show>away</show></presence>`,
      `<presence from='${A}/phone' to='${B}'/>`,
    ]);
  });

  test('whoever leaves before the switch came to them is not left standing as online', async () => {
    await friends(A, B);
    const alice = await node.signIn(`${A}/desk`);
    const bob = await node.signIn(`${B}/x`);
    for (const device of [alice, bob]) device.presenceOut('');
    bob.take();
    settings.set(presenceValues({ enabled: false }));
    alice.disconnect();
    expect(bob.take()).toEqual([`<presence from='${A}/desk' to='${B}' type='unavailable'/>`]);
  });
});

describe('who may reach a device by IQ', () => {
  test('oneself, watchers and those told by name; nobody else, and no watcher while sharing is off', async () => {
    await contact(A, B, 'from');
    await contact(A, 'dave@example.com', 'to');
    const alice = await node.signIn(`${A}/desk`);
    alice.presenceOut('');
    const may = (from: string): boolean | undefined => {
      const hook = presence.hooks?.find((h) => h.hook === 'iq.mayReach');
      if (hook?.hook !== 'iq.mayReach') throw new Error('no such hook');
      return hook.run(alice, makeIq({ type: 'get', from: jidOf(from), to: alice.jid }, el('ping', 'urn:xmpp:ping')));
    };
    alice.presenceOut('', `${C_}/x`);
    expect(
      [`${A}/phone`, `${B}/x`, `${C_}/x`, `${C_}/y`, 'dave@example.com/x', 'eve@elsewhere.org/x'].map((from) => may(from) ?? false),
    ).toEqual([true, true, true, false, false, false]);
    settings.set(presenceValues({ enabled: false }));
    expect(may(`${B}/x`) ?? false).toBe(false);
  });
});

const probeFrom = (from: string, to: string): PresenceStanza => makePresence({ type: 'probe', from: jidOf(from), to: jidOf(to) });
