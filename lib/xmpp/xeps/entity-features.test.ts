import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { elementOf as read } from '../../pubsub/payload.ts';
import type { FakeSession } from '../../testing/fake-session.ts';
import { elementOf } from '../../testing/fake-session.ts';
import { createPubSubWorld, type PubSubWorld } from '../../testing/pubsub-world.ts';
import { caps2Text, readDiscoInfo } from './entity-features.ts';

const DISCO = 'http://jabber.org/protocol/disco#info';
// The example of XEP-0115 §5.2.
const EXODUS = `<query xmlns='${DISCO}' node='http://code.google.com/p/exodus#QgayPKawpkPSDYmwT/WM94uAlu0='><identity category='client' type='pc' name='Exodus 0.9.1'/><feature var='http://jabber.org/protocol/caps'/><feature var='http://jabber.org/protocol/disco#info'/><feature var='http://jabber.org/protocol/disco#items'/><feature var='http://jabber.org/protocol/muc'/></query>`;
const VER = 'QgayPKawpkPSDYmwT/WM94uAlu0=';
const c = (ver = VER, hash = " hash='sha-1'") =>
  `<c xmlns='http://jabber.org/protocol/caps'${hash} node='http://code.google.com/p/exodus' ver='${ver}'/>`;

let world: PubSubWorld;
beforeEach(async () => {
  world = await createPubSubWorld();
});

const come = async (full: string, inner: string): Promise<FakeSession> => {
  const session = await world.signIn(full, null);
  world.say(session, `<presence>${inner}</presence>`);
  return session;
};
/** The question that the session was asked, taken out of what was sent. */
function question(session: FakeSession): { id: string; from: string; node: string } | null {
  const at = session.sent.findIndex(({ xml }) => xml.includes(DISCO));
  if (at < 0) return null;
  const el = elementOf(session.sent.splice(at, 1)[0]?.xml ?? '');
  return { id: el.attrs.id ?? '', from: el.attrs.from ?? '', node: el.child('query')?.attrs.node ?? '' };
}
function answer(session: FakeSession, query: string | null): void {
  const asked = question(session);
  if (asked === null) throw new Error('nothing was asked');
  world.say(session, `<iq type='${query === null ? 'error' : 'result'}' id='${asked.id}' to='${asked.from}'>${query ?? ''}</iq>`);
}
const has = (session: FakeSession) => world.features.of(session)?.has('http://jabber.org/protocol/muc') ?? null;

describe('capabilities of clients', () => {
  it('are asked for once, of the first that sends the hash, and then believed of all who send it', async () => {
    const first = await come('alice/x', c());
    const second = await come('bob/x', c());
    expect(question(second)).toBeNull();
    answer(first, EXODUS);
    expect([has(first), has(second)]).toEqual([true, true]);
    const third = await come('carol/x', c());
    expect(question(third)).toBeNull();
    expect(has(third)).toBe(true);
    expect(world.features.counters).toEqual({ asked: 1, known: 1, refused: 0 });
  });

  it('an answer that does not fit the hash counts for its sender alone; the next is asked', async () => {
    const liar = await come('alice/x', c());
    const honest = await come('bob/x', c());
    answer(liar, EXODUS.replace('muc', 'lies'));
    expect([has(liar), has(honest)]).toEqual([false, null]);
    answer(honest, EXODUS);
    expect([has(liar), has(honest)]).toEqual([false, true]);
  });

  it('an error, a silence or an end makes the next be asked', async () => {
    const first = await come('alice/x', c());
    const second = await come('bob/x', c());
    const third = await come('carol/x', c());
    answer(first, null);
    expect(question(second)).not.toBeNull();
    second.end(null);
    answer(third, EXODUS);
    expect(has(third)).toBe(true);
    const silent = await come('dave/x', c('AAAAAAAAAAAAAAAAAAAAAAAAAAA='));
    expect(question(silent)).not.toBeNull();
    world.clock.advance(11_000);
    expect(question(await come('dave/y', c('AAAAAAAAAAAAAAAAAAAAAAAAAAA=')))).not.toBeNull();
  });

  it('of more than 32 KiB are not taken, whether they fit their hash or not', async () => {
    // 84 bytes each, in fewer letters.
    const set = (count: number) => [
      ...Array.from({ length: count }, (_, at) => `a${String(at).padStart(3, '0')}${'é'.repeat(40)}`),
      'http://jabber.org/protocol/muc',
    ];
    const long = (count: number) =>
      `<query xmlns='${DISCO}'><identity category='client' type='pc'/>${set(count)
        .map((one) => `<feature var='${one}'/>`)
        .join('')}</query>`;
    const hash = (count: number) =>
      createHash('sha1')
        .update(`client/pc//<${set(count).join('<')}<`)
        .digest('base64');
    const small = await come('alice/x', c(hash(380)));
    answer(small, long(380));
    expect(has(small)).toBe(true);
    const big = await come('bob/x', c(hash(400)));
    answer(big, long(400));
    const alone = await come('carol/x', c('other'));
    answer(alone, long(400));
    expect([has(big), has(alone)]).toEqual([null, null]);
    expect(world.features.counters).toEqual({ asked: 3, known: 1, refused: 0 });
  });

  it('without a hash, or by an unknown algorithm, are never shared', async () => {
    for (const hash of ['', " hash='rot13'"]) {
      const first = await come(`alice/${hash.length}`, c('1.0', hash));
      answer(first, EXODUS);
      expect(has(first)).toBe(true);
      expect(question(await come(`bob/${hash.length}`, c('1.0', hash)))).not.toBeNull();
    }
    expect(world.features.counters.known).toBe(0);
  });

  it('of the second form are verified by their own rule and kept apart', async () => {
    const info = readDiscoInfo(read(EXODUS)!);
    const hash = createHash('sha256').update(caps2Text(info)).digest('base64');
    const c2 = `<c xmlns='urn:xmpp:caps'><hash xmlns='urn:xmpp:hashes:2' algo='sha-256'>${hash}</hash></c>`;
    const first = await come('alice/x', c2 + c());
    expect(first.sent.some(({ xml }) => xml.includes(`node='urn:xmpp:caps#sha-256.${hash}'`))).toBe(true);
    answer(first, EXODUS);
    expect(has(await come('bob/x', c2))).toBe(true);
    expect(question(await come('carol/x', c()))).not.toBeNull();
  });

  it('are forgotten with the presence that named them', async () => {
    const session = await come('alice/x', c());
    answer(session, EXODUS);
    world.say(session, '<presence/>');
    expect(has(session)).toBeNull();
    world.say(session, `<presence>${c()}</presence>`);
    expect(has(session)).toBe(true);
    world.say(session, "<presence type='unavailable'/>");
    expect(has(session)).toBeNull();
  });

  it('hash as the example of XEP-0390 does', () => {
    const info = readDiscoInfo(
      read(
        `<query xmlns='${DISCO}'><identity category='client' name='BombusMod' type='mobile'/><feature var='http://jabber.org/protocol/si'/><feature var='http://jabber.org/protocol/bytestreams'/><feature var='http://jabber.org/protocol/chatstates'/><feature var='http://jabber.org/protocol/disco#info'/><feature var='http://jabber.org/protocol/disco#items'/><feature var='urn:xmpp:ping'/><feature var='jabber:iq:time'/><feature var='jabber:iq:privacy'/><feature var='jabber:iq:version'/><feature var='http://jabber.org/protocol/rosterx'/><feature var='urn:xmpp:time'/><feature var='jabber:x:oob'/><feature var='http://jabber.org/protocol/ibb'/><feature var='http://jabber.org/protocol/si/profile/file-transfer'/><feature var='urn:xmpp:receipts'/><feature var='jabber:iq:roster'/><feature var='jabber:iq:last'/></query>`,
      )!,
    );
    expect(createHash('sha256').update(caps2Text(info)).digest('base64')).toBe('kzBZbkqJ3ADrj7v08reD1qcWUwNGHaidNUgD7nHpiw8=');
  });
});
