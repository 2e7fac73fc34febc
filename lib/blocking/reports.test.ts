import { describe, expect, it } from 'vitest';
import type { FakeSession } from '../testing/fake-session.ts';
import { createMessageWorld, type MessageWorld } from '../testing/message-world.ts';
import { NS } from '../xmpp/stanza/namespaces.ts';

const SPAM = 'urn:xmpp:reporting:spam';
const block = (jid: string, report: string) => `<block xmlns='urn:xmpp:blocking'><item jid='${jid}'>${report}</item></block>`;
const report = (reason: string, inner = '') => `<report xmlns='urn:xmpp:reporting:1' reason='${reason}'>${inner}</report>`;

let asked = 0;
async function send(world: MessageWorld, session: FakeSession, payload: string): Promise<string> {
  const id = `r${++asked}`;
  world.say(session, `<iq type='set' id='${id}'>${payload}</iq>`);
  await world.until(() => session.sent.some(({ xml }) => xml.includes(`id='${id}'`)));
  const answer = session.take().find((el) => el.attrs.id === id);
  return answer?.child('error')?.elements()[0]?.name ?? 'result';
}
const kept = (world: MessageWorld) => [...world.stores.state.reports.values()];

describe('a report of spam', () => {
  it('is kept with what the person wrote and the messages it names, and the address is blocked', async () => {
    const world = createMessageWorld();
    const alice = await world.signIn('alice@example.com/a');
    const bob = await world.signIn('bob@example.com/b');
    world.chat(bob, 'alice@example.com', 'Buy now!');
    await world.rest();
    const id = alice.take()[0]?.child('stanza-id', NS.stanzaId)?.attrs.id ?? '';
    const ids = `<stanza-id xmlns='${NS.stanzaId}' by='alice@example.com' id='${id}'/><stanza-id xmlns='${NS.stanzaId}' by='room@example.net' id='${id}'/>`;
    expect(await send(world, alice, block('bob@example.com', report(SPAM, `${ids}<text>Again and again.</text>`)))).toBe('result');
    expect(kept(world)).toHaveLength(1);
    expect(kept(world)[0]).toMatchObject({
      reporter: 'alice@example.com',
      reported: 'bob@example.com',
      reason: 'spam',
      text: 'Again and again.',
      state: 'open',
    });
    expect(kept(world)[0]?.messages).toMatch(/^\d{4}-\d\d-\d\dT\S+ Buy now!$/);
    expect(world.stores.state.blockLists.get(1)).toEqual(['bob@example.com']);
  });

  it('never reads messages of somebody else', async () => {
    const world = createMessageWorld();
    const alice = await world.signIn('alice@example.com/a');
    const bob = await world.signIn('bob@example.com/b');
    await world.signIn('carol@example.com/c');
    world.chat(bob, 'carol@example.com', 'between us');
    await world.rest();
    const uid = [...world.stores.state.archive.values()].find((row) => row.accountId === 3)?.uid ?? '';
    const named = `<stanza-id xmlns='${NS.stanzaId}' by='alice@example.com' id='${uid}'/>`;
    await send(world, alice, block('bob@example.com', report(SPAM, named)));
    expect(kept(world)[0]?.messages).toBe('');
  });

  it('without a known reason is refused, and nothing is blocked', async () => {
    const world = createMessageWorld();
    const alice = await world.signIn('alice@example.com/a');
    expect(await send(world, alice, block('bob@example.com', report('urn:x:dislike')))).toBe('bad-request');
    expect(world.stores.state.blockLists.get(1) ?? []).toEqual([]);
  });

  it('beyond the limit, or while reports are off, only blocks', async () => {
    const world = createMessageWorld({ im: { reportsPerHour: 1 } });
    const alice = await world.signIn('alice@example.com/a');
    await send(world, alice, block('b1@example.com', report(SPAM)));
    await send(world, alice, block('b2@example.com', report(SPAM)));
    expect(kept(world)).toHaveLength(1);
    world.imValues.set({ ...world.imValues.get(), reports: false });
    world.clock.advance(3_600_000);
    expect(await send(world, alice, block('b3@example.com', report('urn:x:any')))).toBe('result');
    expect(kept(world)).toHaveLength(1);
    expect(world.stores.state.blockLists.get(1)).toHaveLength(3);
  });
});
