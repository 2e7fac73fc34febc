import { describe, expect, it } from 'vitest';
import type { SearchValues } from '../config/schema/index.ts';
import type { BareJid, Domain } from '../kernel/jid.ts';
import { liveBox } from '../kernel/live.ts';
import type { FakeSession } from '../testing/fake-session.ts';
import { settingsBox } from '../testing/fixed-settings.ts';
import { createMessageWorld, type MessageWorld } from '../testing/message-world.ts';
import type { Element } from '../xmpp/stanza/element.ts';
import { NS } from '../xmpp/stanza/namespaces.ts';
import { createSearch } from './index.ts';
import { SEARCH } from './query.ts';

async function directory(change: Partial<SearchValues> = {}) {
  const world = createMessageWorld();
  const settings = settingsBox('search', change);
  const { accounts } = world.stores;
  const { host, room } = createSearch({
    directory: {
      async find(words, domain, limit) {
        const where = { search: words, enabled: true, ...(domain === null ? {} : { domain }) };
        const page = await accounts.find({ ...where, sort: 'name', descending: false, limit });
        return page.items.map(({ bare, userId, name, mail }) => ({ bare, userId, name, mail }));
      },
    },
    router: () => world.router,
    imDomains: liveBox<ReadonlySet<string>>(new Set(['example.com', 'example.org'])),
    settings,
    clock: world.clock,
  });
  world.router.hosts.add(host);
  world.router.add(room);
  const person = (local: string, name: string, more: { mail?: string; domain?: string; enabled?: boolean } = {}) => ({
    userId: local,
    local,
    domain: (more.domain ?? 'example.com') as Domain,
    name,
    mail: more.mail ?? `${local}@mail.example`,
    enabled: more.enabled ?? true,
    credentials: null,
  });
  await accounts.create([
    person('anna', 'Anna Maria Berg'),
    person('anton', 'Anton Anders'),
    person('berg', 'Bernd Xaver', { mail: 'anna@other.example' }),
    person('annegret', 'Annegret Berg', { enabled: false }),
    person('annika', 'Annika Holm', { domain: 'example.org' }),
  ]);
  const alice = await world.signIn('alice@example.com/a');
  alice.take();
  return { world, settings, alice, accounts };
}

let asked = 0;
async function ask(world: MessageWorld, session: FakeSession, type: 'get' | 'set', inner: string, to = 'search.example.com') {
  const id = `s${++asked}`;
  world.say(session, `<iq type='${type}' id='${id}' to='${to}'>${inner}</iq>`);
  await world.until(() => session.sent.some(({ xml }) => xml.includes(`id='${id}'`)));
  const answer = session.take().find((el) => el.attrs.id === id);
  return { query: answer?.child('query', SEARCH), condition: answer?.child('error')?.elements()[0]?.name ?? '', answer };
}
const plain = (fields: string) => `<query xmlns='${SEARCH}'>${fields}</query>`;
const form = (fields: Readonly<Record<string, string>>) =>
  plain(
    `<x xmlns='jabber:x:data' type='submit'>${Object.entries({ FORM_TYPE: SEARCH, ...fields })
      .map(([name, value]) => `<field var='${name}'><value>${value}</value></field>`)
      .join('')}</x>`,
  );
const jids = (query: Element | undefined): string[] => query?.elements().map((item) => item.attrs.jid ?? '') ?? [];

describe('the directory search', () => {
  it('says what can be asked, as fields and as a form, and what it is', async () => {
    const { world, alice } = await directory();
    const { query } = await ask(world, alice, 'get', plain(''));
    expect(query?.elements().map((el) => el.name)).toEqual(['instructions', 'first', 'last', 'nick', 'email', 'x']);
    const { answer } = await ask(world, alice, 'get', `<query xmlns='${NS.discoInfo}'/>`);
    const info = answer?.child('query')?.elements() ?? [];
    expect(info[0]?.attrs).toMatchObject({ category: 'directory', type: 'user' });
    expect(info.some((el) => el.attrs.var === SEARCH)).toBe(true);
    expect(world.router.hosts.itemsFor('example.com')).toEqual([{ jid: 'search.example.com', name: 'Find people' }]);
  });

  it.each([
    ['a name', '<first>ann</first>', ['anna@example.com', 'annika@example.org']],
    ['two words of a name', '<last>berg anna</last>', ['anna@example.com']],
    ['names and not mail', '<first>anna</first>', ['anna@example.com']],
    ['mail', '<email>anna</email>', ['anna@example.com', 'berg@example.com']],
    ['an address', '<nick>anton@example.com</nick>', ['anton@example.com']],
    ['several fields together', '<first>anna</first><nick>anton</nick>', []],
    ['nobody', '<first>zz</first>', []],
  ])('finds by %s, never who is disabled', async (_, fields, expected) => {
    const { world, alice } = await directory();
    expect(jids((await ask(world, alice, 'set', plain(fields))).query).sort()).toEqual(expected);
  });

  it('answers a form with columns and rows', async () => {
    const { world, alice } = await directory();
    const x = (await ask(world, alice, 'set', form({ last: 'berg' }))).query?.child('x', NS.dataForms);
    expect(
      x
        ?.child('reported')
        ?.elements()
        .map((field) => field.attrs.var),
    ).toEqual(['jid', 'first', 'last', 'nick', 'email']);
    const rows = x?.elements().filter((el) => el.name === 'item') ?? [];
    const values = rows[0]?.elements().map((field) => field.child('value')?.text());
    expect(values).toEqual(['anna@example.com', 'Anna Maria', 'Berg', 'anna', 'anna@mail.example']);
  });

  it.each([
    ['nothing', plain(''), 'not-acceptable'],
    ['one letter', plain('<first>a</first>'), 'not-acceptable'],
    ['a star', plain('<first>*</first>'), 'not-acceptable'],
    ['a form of something else', form({ FORM_TYPE: 'urn:other', first: 'anna' }), 'bad-request'],
  ])('refuses %s', async (_, payload, condition) => {
    const { world, alice } = await directory();
    expect((await ask(world, alice, 'set', payload)).condition).toBe(condition);
  });

  it('is limited by results and by the minute', async () => {
    const { world, alice } = await directory({ maxResults: 1, perMinute: 2 });
    expect(jids((await ask(world, alice, 'set', plain('<first>an</first>'))).query)).toHaveLength(1);
    await ask(world, alice, 'set', plain('<first>an</first>'));
    expect((await ask(world, alice, 'set', plain('<first>an</first>'))).condition).toBe('resource-constraint');
    world.clock.advance(60_000);
    expect((await ask(world, alice, 'set', plain('<first>an</first>'))).condition).toBe('');
  });

  it('keeps to the own domain, hides whom the setting names, and tells no mail when so set', async () => {
    const { world, alice } = await directory({ scope: 'domain', hidden: ['Anton@example.com'], showMail: false });
    const { query } = await ask(world, alice, 'set', plain('<first>an</first>'));
    expect(jids(query)).toEqual(['anna@example.com']);
    expect(query?.elements()[0]?.child('email')).toBeUndefined();
    expect((await ask(world, alice, 'set', plain('<email>anna</email>'))).condition).toBe('not-acceptable');
  });

  it('follows its name and its switch at once', async () => {
    const { world, settings, alice } = await directory();
    settings.set({ ...settings.get(), label: 'people' });
    expect(jids((await ask(world, alice, 'set', plain('<first>anna</first>'), 'people.example.com')).query)).toEqual(['anna@example.com']);
    expect((await ask(world, alice, 'get', plain(''))).condition).toBe('remote-server-not-found');
    settings.set({ ...settings.get(), enabled: false });
    expect((await ask(world, alice, 'get', plain(''), 'people.example.com')).condition).toBe('remote-server-not-found');
  });

  it('answers nobody from elsewhere', async () => {
    const { world, accounts } = await directory();
    expect((await accounts.byBare(['anna@example.com' as BareJid])).size).toBe(1);
    const host = world.router.hosts.of('search.example.com');
    const answers: string[] = [];
    world.router.hosts.add({
      name: 'outside',
      title: 'outside',
      domains: liveBox<ReadonlySet<string>>(new Set(['outside.example'])),
      servesDomain: () => false,
      receive: (stanza) => void answers.push(stanza.el.child('error')?.elements()[0]?.name ?? stanza.type),
    });
    const { makeIq } = await import('../xmpp/stanza/build.ts');
    const { parseJid } = await import('../kernel/jid.ts');
    const { el } = await import('../xmpp/stanza/element.ts');
    const from = parseJid('x@outside.example');
    const to = parseJid('search.example.com');
    if (from === null || to === null) throw new Error('addresses');
    host?.receive(makeIq({ type: 'set', from, to }, el('query', SEARCH, {}, el('first', SEARCH, {}, 'anna'))), null);
    await world.until(() => answers.length > 0);
    expect(answers).toEqual(['forbidden']);
  });
});
