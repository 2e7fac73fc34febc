import type { RawClient } from '../../clients/raw.ts';
import { child, type XmlElement } from '../../clients/xml.ts';
import {
  addUsers,
  type Console,
  choose,
  dialog,
  expect,
  expectAccessible,
  interactive,
  tableRow,
  test,
  toast,
  unique,
  until,
  visit,
} from '../../fixtures/console.ts';

const password = 'a pass phrase of ours';
const mucUser = 'http://jabber.org/protocol/muc#user';

const codesOf = (presence: XmlElement): string[] =>
  child(presence, 'x', mucUser)?.children.flatMap((each) => (each.name === 'status' ? [each.attrs.code ?? ''] : [])) ?? [];
const own = (code: string, type?: string) => (element: XmlElement) =>
  element.name === 'presence' &&
  element.attrs.type === type &&
  codesOf(element).includes('110') &&
  (code === '' || codesOf(element).includes(code));

async function enter(client: RawClient, room: string, nick: string): Promise<void> {
  const from = client.mark();
  client.send(`<presence to='${room}/${nick}'><x xmlns='http://jabber.org/protocol/muc'/></presence>`);
  await client.element(`the presence of ${nick} in ${room}`, own(''), { from });
}

/** A persistent room whose owner is `owner`, made by the command line. */
async function makeRoom({ server }: Console, owner: string, ...more: readonly string[]): Promise<string> {
  const room = `${unique('room')}@conference.${server.domain}`;
  await server.mustCommand('rooms', 'create', room, '--owners', `${owner}@${server.domain}`, ...more);
  return room;
}
const roomPath = (room: string, part = '') => `/messaging/rooms/${encodeURIComponent(room)}${part}`;

test('an administrator makes a room, sees a person enter it, takes them out, and destroys it', async ({
  admin,
  client,
  console: shared,
}) => {
  const [owner, guest, name] = [unique('owner'), unique('guest'), unique('standup')];
  await addUsers(shared.server, [
    { id: owner, password },
    { id: guest, password },
  ]);
  const room = `${name}@conference.localhost`;
  await visit(admin, '/messaging/rooms');
  await admin.getByRole('button', { name: 'Create a room' }).first().click();
  const form = dialog(admin, 'Create a room');
  await form.getByLabel('Name in the address').fill(name);
  await expect(form.getByText(room)).toBeVisible();
  await form.getByRole('button', { name: 'Create the room' }).click();
  await expect(form.getByText('Enter at least one address.')).toBeVisible();
  await form.getByLabel('Owners').fill(`${owner}@localhost`);
  await form.getByLabel('Title').fill('Stand-up');
  await expectAccessible(admin);
  await form.getByRole('button', { name: 'Create the room' }).click();
  await expect(toast(admin, `${room} created`)).toBeVisible();
  await expect(admin.getByRole('heading', { level: 1 })).toHaveText('Stand-up');
  await expect(admin.getByText('Nobody is inside')).toBeVisible();

  const someone = await client(guest, password, { resource: 'desk' });
  await enter(someone, room, 'Gustav');
  await expect(tableRow(admin, 'Gustav')).toContainText(`${guest}@localhost/desk`);
  await expect(tableRow(admin, 'Gustav')).toContainText('Participant');
  await expectAccessible(admin);

  await admin.getByRole('button', { name: 'Set the subject' }).click();
  await dialog(admin, 'Set the subject').getByLabel('Subject').fill('Nine sharp');
  await dialog(admin, 'Set the subject').getByRole('button', { name: 'Set the subject' }).click();
  await someone.element('the subject', (element) => element.name === 'message' && child(element, 'subject')?.text === 'Nine sharp');
  await expect(admin.getByRole('main').getByText('Nine sharp')).toBeVisible();

  await choose(admin, 'Actions for Gustav', 'Remove from the room');
  const question = dialog(admin, 'Remove Gustav from this room?');
  await question.getByLabel('Reason').fill('Off topic');
  await question.getByRole('button', { name: 'Remove Gustav' }).click();
  await expect(toast(admin, 'Gustav removed')).toBeVisible();
  const kicked = await someone.element('the kick', own('307', 'unavailable'));
  expect(child(child(kicked, 'x', mucUser), 'item')?.children.find((each) => each.name === 'reason')?.text).toBe('Off topic');
  await expect(admin.getByText('Nobody is inside')).toBeVisible();

  await enter(someone, room, 'Gustav');
  await admin.getByRole('button', { name: 'Destroy the room' }).click();
  const sure = dialog(admin, 'Destroy the room Stand-up?');
  await expect(sure.getByRole('button', { name: 'Destroy the room' })).toBeDisabled();
  await sure.getByLabel(`Type ${name} to confirm`).fill(name);
  await sure.getByLabel('Room to go to instead').fill(`other@conference.localhost`);
  await sure.getByRole('button', { name: 'Destroy the room' }).click();
  await expect(toast(admin, `${room} destroyed`)).toBeVisible();
  const ended = await someone.element(
    'the end of the room',
    (element) =>
      element.name === 'presence' &&
      child(element, 'x', mucUser) !== undefined &&
      child(child(element, 'x', mucUser), 'destroy') !== undefined,
  );
  expect(child(child(ended, 'x', mucUser), 'destroy')?.attrs.jid).toBe('other@conference.localhost');
  await expect(admin).toHaveURL(/\/messaging\/rooms$/);
  await admin.goto(roomPath(room));
  await expect(admin.getByRole('heading', { name: 'There is no such room' })).toBeVisible();
});

test('members and configuration are changed on the page and hold for those inside', async ({ admin, client, console: shared }) => {
  const [owner, guest] = [unique('owner'), unique('guest')];
  await addUsers(shared.server, [
    { id: owner, password },
    { id: guest, password },
  ]);
  const room = await makeRoom(shared, owner, '--title', 'Team');
  const someone = await client(guest, password);
  await enter(someone, room, 'Gina');

  await visit(admin, roomPath(room, '/members'));
  await expect(tableRow(admin, `${owner}@localhost`)).toContainText('Owner');
  await admin.getByRole('button', { name: 'Add people' }).click();
  const form = dialog(admin, 'Add people');
  await form.getByLabel('Addresses').fill(`${guest}@localhost\nspam.example`);
  await form.getByRole('radio', { name: 'Outcast (banned)' }).click();
  await expectAccessible(admin);
  await form.getByRole('button', { name: 'Add 2 people' }).click();
  await expect(toast(admin, '2 people added')).toBeVisible();
  await someone.element('the ban', own('301', 'unavailable'));
  await expect(tableRow(admin, 'spam.example')).toContainText('Outcast');
  await choose(admin, `Actions for ${guest}@localhost`, 'Make member');
  await expect(toast(admin, `${guest}@localhost is member now`)).toBeVisible();
  await enter(someone, room, 'Gina');

  await visit(admin, roomPath(room, '/configuration'));
  await admin.getByLabel('Title').fill('Team of the north');
  await admin.getByRole('checkbox', { name: 'Moderated' }).click();
  await expect(admin.getByRole('status').filter({ hasText: '2 changes' })).toBeVisible();
  await expectAccessible(admin);
  await admin.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(toast(admin, 'Configuration saved')).toBeVisible();
  await expect(admin.getByRole('heading', { level: 1 })).toHaveText('Team of the north');
  const info = await someone.query('get', "<query xmlns='http://jabber.org/protocol/disco#info'/>", room);
  expect(info.source).toContain('muc_moderated');
});

test('transcripts are read by administrators alone, and each look is recorded', async ({ as, client, console: shared }) => {
  const { server } = shared;
  const owner = unique('owner');
  await addUsers(server, [{ id: owner, password }]);
  const room = await makeRoom(shared, owner, '--title', 'Archive');
  const someone = await client(owner, password);
  await enter(someone, room, 'Olga');
  for (const body of ['The release is on Friday', 'Lunch anybody?'])
    someone.send(`<message to='${room}' type='groupchat' id='${unique('m')}'><body>${body}</body></message>`);
  await someone.element('the reflection', (element) => element.name === 'message' && child(element, 'body')?.text === 'Lunch anybody?');
  const admin = await as('administrator');
  await until('both messages are kept', async () => {
    const page = JSON.parse(await server.mustCommand('rooms', 'transcript', room, '--json')) as { total: number };
    return page.total === 2;
  });

  await visit(admin, roomPath(room, '/transcript'));
  await expect(tableRow(admin, 'Lunch anybody?')).toContainText('Olga');
  await expectAccessible(admin);
  await admin.getByRole('searchbox', { name: 'Find words in messages' }).fill('release fri');
  await expect(tableRow(admin, 'Lunch anybody?')).toHaveCount(0);
  await expect(tableRow(admin, 'The release is on Friday')).toContainText(`${owner}@localhost`);
  await visit(admin, '/audit?action=room.transcript');
  await expect(tableRow(admin, room).first()).toContainText('Read the transcript of a room');

  for (const role of ['operator', 'read-only'] as const) {
    const page = await as(role);
    await visit(page, roomPath(room));
    await expect(page.getByRole('link', { name: 'Transcript' })).toHaveCount(0);
    await expect(page.getByRole('main').getByRole('button', { name: 'Destroy the room' })).toHaveCount(0);
    await page.goto(roomPath(room, '/transcript'));
    await expect(page.getByRole('heading', { name: 'Your role cannot read transcripts' })).toBeVisible();
  }
});

test('many rooms are found by filters and destroyed as a job', async ({ admin, console: shared }) => {
  const [owner, word] = [unique('owner'), unique('tmp')];
  await addUsers(shared.server, [{ id: owner, password }]);
  for (let i = 0; i < 3; i++) await makeRoom(shared, owner, '--title', `Temporary ${word} ${i}`, ...(i === 2 ? ['--no-public'] : []));
  await visit(admin, `/messaging/rooms?q=${word}`);
  await expect(admin.getByRole('row')).toHaveCount(4);
  await admin.getByRole('button', { name: 'Listed' }).click();
  await admin.getByRole('checkbox', { name: 'Hidden' }).click();
  await expect(admin).toHaveURL(/listed=hidden/);
  await expect(admin.getByRole('row')).toHaveCount(2);
  await visit(admin, `/messaging/rooms?q=${word}`);
  await admin.getByRole('checkbox', { name: /all/i }).first().click();
  await admin.getByRole('button', { name: 'Destroy 3 rooms' }).click();
  const sure = dialog(admin, 'Destroy 3 rooms?');
  await expect(sure.getByText('3 rooms, 3 of them persistent, with 0 people inside.')).toBeVisible();
  await sure.getByLabel('Type 3 to confirm').fill('3');
  await expectAccessible(admin);
  await sure.getByRole('button', { name: 'Destroy 3 rooms' }).click();
  await expect(admin).toHaveURL(/\/jobs\//);
  await interactive(admin);
  await expect(admin.getByRole('main')).toContainText('3 destroyed, 0 were gone already, 0 failed.');
  await visit(admin, `/messaging/rooms?q=${word}`);
  await expect(admin.getByText('Nothing matches')).toBeVisible();
});

test('text conferencing stops and starts: people are told, and enter again', async ({ client, console: shared }) => {
  const owner = unique('owner');
  await addUsers(shared.server, [{ id: owner, password }]);
  const room = await makeRoom(shared, owner);
  const someone = await client(owner, password);
  await enter(someone, room, 'Olaf');
  await shared.server.mustCommand('services', 'stop', 'text-conferencing');
  try {
    await someone.element('the shutdown of the service', own('332', 'unavailable'));
    const from = someone.mark();
    someone.send(`<presence to='${room}/Olaf'><x xmlns='http://jabber.org/protocol/muc'/></presence>`);
    const refused = await someone.element('a refusal', (element) => element.name === 'presence' && element.attrs.type === 'error', {
      from,
    });
    expect(refused.source).toContain('service-unavailable');
  } finally {
    await shared.server.mustCommand('services', 'start', 'text-conferencing');
  }
  await enter(someone, room, 'Olaf');
});
