/** Announcements from the console to a real client, and a report from a real client to the console. */
import { child, childText } from '../../clients/xml.ts';
import { addUsers, expect, test, unique } from '../../fixtures/console.ts';

const password = 'a pass phrase of ours';

test('what an operator announces reaches those who are signed in, and the message of the day whoever comes later', async ({
  as,
  client,
  console: shared,
}) => {
  const [here, late] = [unique('here'), unique('late')];
  await addUsers(shared.server, [
    { id: here, password },
    { id: late, password },
  ]);
  const listener = await client(here, password);
  listener.send('<presence/>');
  await listener.query('get', "<ping xmlns='urn:xmpp:ping'/>");
  const page = await as('operator');
  await page.goto('/messaging/announcements');
  const card = page.getByRole('region', { name: 'Announce' });
  await card.getByRole('button', { name: 'Send the announcement' }).click();
  await expect(card.getByText('Enter what you want to say.')).toBeVisible();
  await card.getByLabel('Subject').fill('Now');
  await card.getByLabel('Text').fill('Fire drill at noon');
  await card.getByRole('button', { name: 'Send the announcement' }).click();
  await expect(page.getByText(/person told|people told/)).toBeVisible();
  await listener.element('the announcement', (el) => childText(el, 'body') === 'Fire drill at noon');
  const motd = page.getByRole('region', { name: 'Message of the day' });
  await motd.getByLabel('Text').fill('Cake in the kitchen');
  await motd.getByLabel('Tell it now to those who are signed in').uncheck();
  await motd.getByRole('button', { name: 'Save the message of the day' }).click();
  await expect(motd.getByText(/^Set by /)).toBeVisible();
  const newcomer = await client(late, password);
  newcomer.send('<presence/>');
  await newcomer.element('the message of the day', (el) => childText(el, 'body') === 'Cake in the kitchen');
  await motd.getByRole('button', { name: 'Delete it' }).click();
  await page.getByRole('button', { name: 'Delete the message of the day' }).click();
  await expect(motd.getByText('There is no message of the day.')).toBeVisible();
  const reader = await as('read-only');
  await reader.goto('/messaging/announcements');
  await expect(reader.getByText('Your role can see announcements but not send them.')).toBeVisible();
  await expect(reader.getByRole('button', { name: 'Send the announcement' })).toHaveCount(0);
});

test('a report of spam waits in the console with its messages until somebody closes it', async ({ as, client, console: shared }) => {
  const [victim, spammer] = [unique('victim'), unique('spammer')];
  await addUsers(shared.server, [
    { id: victim, password },
    { id: spammer, password },
  ]);
  const [receiver, sender] = [await client(victim, password), await client(spammer, password)];
  receiver.send('<presence/>');
  await receiver.query('get', "<ping xmlns='urn:xmpp:ping'/>");
  const { domain } = shared.server;
  sender.send(`<message to='${victim}@${domain}' type='chat' id='s1'><body>Cheap watches</body></message>`);
  const spam = await receiver.element('the spam', (el) => childText(el, 'body') === 'Cheap watches');
  const id = child(spam, 'stanza-id')?.attrs.id ?? '';
  const report = `<report xmlns='urn:xmpp:reporting:1' reason='urn:xmpp:reporting:spam'><stanza-id xmlns='urn:xmpp:sid:0' by='${victim}@${domain}' id='${id}'/><text>Every day.</text></report>`;
  await receiver.query('set', `<block xmlns='urn:xmpp:blocking'><item jid='${spammer}@${domain}'>${report}</item></block>`);
  const page = await as('operator');
  await page.goto(`/messaging/reports?q=${spammer}`);
  const row = page.getByRole('row').filter({ hasText: spammer });
  await expect(row).toContainText('Every day.');
  await row.getByText('Every day.').click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByText('Cheap watches')).toBeVisible();
  await dialog.getByLabel('What was done about it').fill('Disabled the account');
  await dialog.getByRole('button', { name: 'Close the report' }).click();
  await expect(dialog).toHaveCount(0);
  await expect(row).toContainText('Closed');
});
