import { beforeEach, describe, expect, test } from 'vitest';
import type { Clock } from '../../kernel/clock.ts';
import type { Fault } from '../../kernel/faults.ts';
import type { BareJid } from '../../kernel/jid.ts';
import { ok, refuse } from '../../kernel/result.ts';
import { createSmallNode, type Device, type SmallNode } from '../../testing/small-node.ts';
import type { IqAnswer } from '../router/hooks.ts';
import { type Element, el } from '../stanza/element.ts';
import { NS } from '../stanza/namespaces.ts';
import { serialize } from '../stanza/serialize.ts';
import type { AdminCommands } from './ports.ts';
import { readSubmission } from './xep-0004-forms.ts';
import { createDisco } from './xep-0030-disco.ts';
import { createCommands } from './xep-0050-commands.ts';
import { administrationCommands } from './xep-0133-administration.ts';

const COMMANDS = 'http://jabber.org/protocol/commands';
const ADMIN = 'http://jabber.org/protocol/admin';
const taken: Fault = { code: 'users.taken', kind: 'conflict', message: 'The address is taken.' };

let node: SmallNode;
let now: number;
let calls: unknown[];
let administrators: Set<string>;

beforeEach(() => {
  node = createSmallNode();
  for (const name of ['alice', 'bob']) node.addAccount(`${name}@example.com`);
  now = 1_000_000;
  calls = [];
  administrators = new Set(['alice@example.com']);
  const clock: Clock = { now: () => now, monotonic: () => now, setTimeout: () => ({ cancel: () => undefined }) };
  const note =
    (name: string) =>
    async (...args: unknown[]) => {
      calls.push([name, ...args]);
      return ok({ done: 1, skipped: [] });
    };
  const admin: AdminCommands = {
    mayAdminister: (bare) => administrators.has(bare),
    async addUser(by, user) {
      calls.push(['addUser', by, user]);
      return user.bare.startsWith('taken') ? refuse(taken) : ok(null);
    },
    deleteUsers: note('deleteUsers'),
    disableUsers: note('disableUsers'),
    enableUsers: note('enableUsers'),
    async changePassword(by, bare, password) {
      calls.push(['changePassword', by, bare, password]);
      return ok(null);
    },
    listUsers: async (_by, kind, max) => ok(kind === 'online' ? (['a@example.com', 'b@example.com'].slice(0, max) as BareJid[]) : []),
    counts: async () => ok({ registered: 7, disabled: 2, online: 3, active: 1, idle: 2 }),
    async endSessions(by, jids) {
      calls.push(['endSessions', by, jids]);
      return ok({ done: 0, skipped: [{ jid: 'x@example.com', why: 'not signed in' }] });
    },
    facts: async (_by, bare) =>
      bare === 'bob@example.com'
        ? ok({
            contacts: [{ contact: 'carol@example.com', name: 'Carol', groups: ['Work'], subscription: 'both' }],
            lastSignInAt: 1_700_000_000_000,
            resources: ['desk', 'phone'],
            addresses: ['192.0.2.1'],
          })
        : refuse({ code: 'users.missing', kind: 'missing', message: 'There is no such user.' }),
    async announce(by, text, everyone) {
      calls.push(['announce', by, text, everyone]);
      return ok('3 people were told.');
    },
    notice: async (_by, which) => ok(which === 'motd' ? { subject: 'Today', body: 'All\nwell.' } : null),
    async setNotice(by, which, text, tellNow) {
      calls.push(['setNotice', by, which, text, tellNow]);
      return ok(null);
    },
    async deleteNotice(by, which) {
      calls.push(['deleteNotice', by, which]);
      return ok(null);
    },
    administrators: async () => ok([...administrators]),
    async setAdministrators(by, jids) {
      calls.push(['setAdministrators', by, jids]);
      return ok(null);
    },
    async stopService(by, restart, seconds, announcement) {
      calls.push(['stopService', by, restart, seconds, announcement]);
      return ok(null);
    },
  };
  const commands = createCommands({ commands: administrationCommands({ admin }), clock });
  const disco = createDisco({ rooms: () => [], maySee: () => false, services: () => [], forms: () => [], nodes: () => [commands.nodes] });
  node.add(commands.room, disco.room);
});

const textOf = (answer: IqAnswer): string => {
  if ('fault' in answer) return `${answer.fault.condition}${answer.fault.detail === undefined ? '' : `/${answer.fault.detail.name}`}`;
  return answer.result === null ? '' : typeof answer.result === 'string' ? answer.result : serialize(answer.result, NS.client);
};
const info = (at: string) => el('query', NS.discoInfo, { node: at });
const items = (at: string) => el('query', NS.discoItems, { node: at });

describe('commands', () => {
  let alice: Device;
  beforeEach(async () => {
    alice = await node.signIn('alice@example.com/desk');
  });
  const submission = (fields: Record<string, readonly string[]>) =>
    el(
      'x',
      NS.dataForms,
      { type: 'submit' },
      ...Object.entries(fields).map(([name, values]) =>
        el('field', NS.dataForms, { var: name }, ...values.map((v) => el('value', NS.dataForms, {}, v))),
      ),
    );
  const run = (device: Device, name: string, attrs: Record<string, string> = {}, ...children: Element[]) =>
    device.ask('set', el('command', COMMANDS, { node: `${ADMIN}#${name}`, ...attrs }, ...children), 'example.com');
  const begin = async (name: string): Promise<string> => /sessionid='([^']+)'/.exec(textOf(await run(alice, name)))?.[1] ?? 'none';

  test('are listed and described to administrators only', async () => {
    const bob = await node.signIn('bob@example.com/x');
    const listed = textOf(await alice.ask('get', items(COMMANDS), 'example.com'));
    for (const name of [
      'add-user',
      'delete-user',
      'disable-user',
      'reenable-user',
      'end-user-session',
      'change-user-password',
      'get-registered-users-num',
      'get-disabled-users-num',
      'get-online-users-num',
      'get-registered-users-list',
      'get-disabled-users-list',
      'get-online-users-list',
    ])
      expect(listed).toContain(`node='${ADMIN}#${name}'`);
    expect(textOf(await bob.ask('get', items(COMMANDS), 'example.com'))).not.toContain('<item');
    expect(textOf(await alice.ask('get', info(`${ADMIN}#add-user`), 'example.com'))).toContain("category='automation' type='command-node'");
    expect(textOf(await bob.ask('get', info(`${ADMIN}#add-user`), 'example.com'))).toBe('item-not-found');
    expect(textOf(await run(bob, 'add-user'))).toBe('forbidden');
    expect(textOf(await run(alice, 'make-coffee'))).toBe('item-not-found');
  });

  test('adding a user: form, submission, note; a refusal shows the form again with its reason', async () => {
    const first = textOf(await run(alice, 'add-user', { action: 'execute' }));
    expect(first).toContain("status='executing'");
    expect(first).toContain("<actions execute='complete'><complete/></actions>");
    const id = /sessionid='([^']+)'/.exec(first)?.[1] ?? '';
    const fields = {
      accountjid: ['Taken@example.com'],
      password: [' pw '],
      'password-verify': [' pw '],
      email: ['t@x'],
      given_name: ['Ta'],
      surname: ['Ken'],
    };
    expect(textOf(await run(alice, 'add-user', { sessionid: id }, submission({ ...fields, 'password-verify': ['no'] })))).toContain(
      'The two passwords differ.',
    );
    const refused = textOf(await run(alice, 'add-user', { sessionid: id, action: 'complete' }, submission(fields)));
    expect(refused).toContain("status='executing'");
    expect(refused).toContain("<note type='error'>The address is taken.</note>");
    expect(refused).not.toContain('<prev/>');
    const done = textOf(await run(alice, 'add-user', { sessionid: id }, submission({ ...fields, accountjid: ['new@example.com'] })));
    expect(done).toContain("status='completed'");
    expect(done).toContain("<note type='info'>Added new@example.com.</note>");
    expect(calls.at(-1)).toEqual([
      'addUser',
      'alice@example.com',
      { bare: 'new@example.com', password: ' pw ', mail: 't@x', name: 'Ta Ken' },
    ]);
    expect(textOf(await run(alice, 'add-user', { sessionid: id }, submission(fields)))).toBe('bad-request/bad-sessionid');
  });

  test.each([
    ['delete-user', 'deleteUsers'],
    ['disable-user', 'disableUsers'],
    ['reenable-user', 'enableUsers'],
  ])('%s takes several addresses', async (name, call) => {
    const first = textOf(await run(alice, name));
    expect(first).toContain("var='accountjids' type='jid-multi'");
    const id = /sessionid='([^']+)'/.exec(first)?.[1] ?? '';
    const done = textOf(
      await run(alice, name, { sessionid: id }, submission({ accountjids: ['B@example.com/x', 'c@example.com', 'b@example.com'] })),
    );
    expect(done).toContain("status='completed'");
    expect(calls).toEqual([[call, 'alice@example.com', ['b@example.com', 'c@example.com']]]);
  });

  test('ending sessions keeps the device named and tells what was left out', async () => {
    const id = await begin('end-user-session');
    const done = textOf(
      await run(alice, 'end-user-session', { sessionid: id }, submission({ accountjids: ['b@example.com/Phone', 'c@example.com'] })),
    );
    expect(calls).toEqual([['endSessions', 'alice@example.com', ['b@example.com/Phone', 'c@example.com']]]);
    expect(done).toContain("<note type='warn'>Sessions ended: 0. Left out: x@example.com: not signed in.</note>");
  });

  test('counts are answered at once, lists after the question how many', async () => {
    expect(textOf(await run(alice, 'get-disabled-users-num'))).toContain("var='disabledusersnum'");
    expect(textOf(await run(alice, 'get-registered-users-num'))).toContain('<value>7</value>');
    expect(textOf(await run(alice, 'get-online-users-num'))).toContain("status='completed'");
    const id = await begin('get-online-users-list');
    const list = textOf(await run(alice, 'get-online-users-list', { sessionid: id }, submission({ max_items: ['none'] })));
    expect(list).toContain("var='onlineuserjids' type='jid-multi'");
    expect(list).toContain('<value>a@example.com</value><value>b@example.com</value>');
  });

  test('active and idle people are counted and listed by the nodes of the protocol', async () => {
    expect(textOf(await run(alice, 'get-active-users-num'))).toContain('<value>1</value>');
    expect(textOf(await run(alice, 'get-idle-users-num'))).toContain("var='idleusersnum'");
    for (const name of ['get-active-users', 'get-idle-users']) expect(await begin(name)).not.toBe('none');
  });

  test.each([
    ['get-user-roster', "<item jid='carol@example.com' subscription='both' name='Carol'><group>Work</group></item>"],
    ['get-user-lastlogin', '<value>2023-11-14T22:13:20.000Z</value>'],
    ['user-stats', '<value>desk</value><value>phone</value>'],
  ])('%s tells of one account', async (name, expected) => {
    const id = await begin(name);
    expect(textOf(await run(alice, name, { sessionid: id }, submission({ accountjid: ['bob@example.com/x'] })))).toContain(expected);
    const other = await begin(name);
    expect(textOf(await run(alice, name, { sessionid: other }, submission({ accountjid: ['eve@example.com'] })))).toContain(
      "<note type='error'>There is no such user.</note>",
    );
  });

  test('an announcement goes to those who are signed in unless everyone is chosen', async () => {
    const words = { subject: ['Now'], announcement: ['One', 'Two'] };
    const first = await begin('announce');
    expect(textOf(await run(alice, 'announce', { sessionid: first }, submission(words)))).toContain('3 people were told.');
    const second = await begin('announce');
    await run(alice, 'announce', { sessionid: second }, submission({ ...words, recipients: ['everyone'] }));
    const text = { subject: 'Now', body: 'One\nTwo' };
    expect(calls).toEqual([
      ['announce', 'alice@example.com', text, false],
      ['announce', 'alice@example.com', text, true],
    ]);
    const third = await begin('announce');
    expect(textOf(await run(alice, 'announce', { sessionid: third }, submission({ announcement: [' '] })))).toContain('Enter a text.');
  });

  test('the message of the day is set and told, edited without being told at once, and deleted', async () => {
    const set = await begin('set-motd');
    await run(alice, 'set-motd', { sessionid: set }, submission({ motd: ['Hello'] }));
    const shown = textOf(await run(alice, 'edit-motd'));
    expect(shown).toContain('<value>All</value><value>well.</value>');
    const edit = /sessionid='([^']+)'/.exec(shown)?.[1] ?? '';
    await run(alice, 'edit-motd', { sessionid: edit }, submission({ motd: ['Later'] }));
    await run(alice, 'delete-motd');
    const welcome = await begin('set-welcome');
    await run(alice, 'set-welcome', { sessionid: welcome }, submission({ welcome: ['Hi'] }));
    await run(alice, 'delete-welcome');
    expect(calls.map((call) => (call as unknown[]).filter((_, index) => index !== 1))).toEqual([
      ['setNotice', 'motd', { subject: '', body: 'Hello' }, true],
      ['setNotice', 'motd', { subject: '', body: 'Later' }, false],
      ['deleteNotice', 'motd'],
      ['setNotice', 'welcome', { subject: '', body: 'Hi' }, true],
      ['deleteNotice', 'welcome'],
    ]);
  });

  test('administrators are edited as a list that the one who edits stays in', async () => {
    const id = await begin('edit-admin');
    const out = textOf(await run(alice, 'edit-admin', { sessionid: id }, submission({ adminjids: ['bob@example.com'] })));
    expect(out).toContain('Keep yourself in the list');
    const odd = textOf(await run(alice, 'edit-admin', { sessionid: id }, submission({ adminjids: ['alice@example.com', 'example.com'] })));
    expect(odd).toContain('is not the address of an account');
    await run(alice, 'edit-admin', { sessionid: id }, submission({ adminjids: ['alice@example.com/x', 'bob@example.com'] }));
    expect(calls).toEqual([['setAdministrators', 'alice@example.com', ['alice@example.com', 'bob@example.com']]]);
  });

  test.each([
    ['restart', true],
    ['shutdown', false],
  ])('%s happens after the delay that was chosen', async (name, restart) => {
    const id = await begin(name);
    expect(textOf(await run(alice, name, { sessionid: id }, submission({ delay: ['never'] })))).toContain('Enter a delay');
    await run(alice, name, { sessionid: id }, submission({ delay: ['30'], announcement: ['Back soon'] }));
    expect(calls).toEqual([['stopService', 'alice@example.com', restart, 30, 'Back soon']]);
  });

  test('a password is told to nobody', async () => {
    expect(textOf(await run(alice, 'get-user-password'))).toBe('item-not-found');
  });

  test.each([
    ['an unknown run', { sessionid: 'nothing' }, 'bad-request/bad-sessionid'],
    ['a first step that is not "execute"', { action: 'complete' }, 'bad-request/bad-action'],
  ])('%s is refused', async (_name, attrs, condition) => {
    expect(textOf(await run(alice, 'delete-user', attrs as Record<string, string>))).toBe(condition);
  });

  test('actions the step does not offer, unknown actions and missing forms are refused and the run stays', async () => {
    const id = await begin('delete-user');
    const form = submission({ accountjids: ['b@example.com'] });
    expect(textOf(await run(alice, 'delete-user', { sessionid: id, action: 'next' }, form))).toBe('bad-request/bad-action');
    expect(textOf(await run(alice, 'delete-user', { sessionid: id, action: 'prev' }))).toBe('bad-request/bad-action');
    expect(textOf(await run(alice, 'delete-user', { sessionid: id, action: 'dance' }))).toBe('bad-request/malformed-action');
    expect(textOf(await run(alice, 'delete-user', { sessionid: id, action: 'complete' }))).toBe('bad-request/bad-payload');
    expect(textOf(await run(alice, 'delete-user', { sessionid: id, action: 'cancel' }))).toContain("status='canceled'");
    expect(textOf(await run(alice, 'delete-user', { sessionid: id }, form))).toBe('bad-request/bad-sessionid');
    expect(calls).toEqual([]);
  });

  test('a run expires, belongs to its session, ends with it, and needs the right to the end', async () => {
    const form = submission({ accountjids: ['b@example.com'] });
    const expired = await begin('delete-user');
    now += 600_000;
    expect(textOf(await run(alice, 'delete-user', { sessionid: expired }, form))).toBe('not-allowed/session-expired');
    const id = await begin('delete-user');
    const other = await node.signIn('alice@example.com/phone');
    expect(textOf(await run(other, 'delete-user', { sessionid: id }, form))).toBe('bad-request/bad-sessionid');
    administrators.clear();
    expect(textOf(await run(alice, 'delete-user', { sessionid: id }, form))).toBe('forbidden');
    expect(calls).toEqual([]);
    administrators.add('alice@example.com');
    for (let i = 0; i < 10; i++) await begin('delete-user');
    expect(textOf(await run(alice, 'delete-user'))).toBe('resource-constraint');
    alice.disconnect();
    alice = await node.signIn('alice@example.com/desk');
    expect(await begin('delete-user')).not.toBe('none');
  });
});

test('only a submitted form is read', () => {
  expect(readSubmission(undefined)).toBeNull();
  expect(readSubmission(el('x', NS.dataForms, { type: 'cancel' }))).toBeNull();
  expect(readSubmission(el('x', NS.dataForms, { type: 'submit' }))?.size).toBe(0);
});
