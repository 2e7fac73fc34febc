import type { Page } from '@playwright/test';
import type { RawClient } from '../clients/raw.ts';
import { addUsers, dialog, expect, expectAccessible, interactive, test, toast, unique } from '../fixtures/console.ts';

const password = 'a pass phrase of ours';
const ping = "<ping xmlns='urn:xmpp:ping'/>";

async function openMessaging(page: Page): Promise<void> {
  await page.goto('/messaging/settings');
  await interactive(page);
}

/** What became of a message to somebody who is offline: the condition of the refusal, or nothing when it was kept. */
async function sendToOffline(from: RawClient, to: string, id: string): Promise<string | null> {
  from.send(`<message to='${to}' type='chat' id='${id}'><body>${id}</body></message>`);
  // Stanzas to one session keep their order, so a refusal stands before the answer to this.
  await from.query('get', ping);
  const refusal = from.elements('message').find((element) => element.attrs.id === id && element.attrs.type === 'error');
  return refusal?.children.find((child) => child.name === 'error')?.children[0]?.name ?? null;
}

test('offline messages turned off are felt by the next sender, and undone by the next', async ({ admin, client, console: { server } }) => {
  const [anna, ben] = [unique('anna'), unique('ben')];
  await addUsers(server, [
    { id: anna, password },
    { id: ben, password },
  ]);
  const sender = await client(anna, password);
  expect(await sendToOffline(sender, `${ben}@localhost`, 'before')).toBeNull();

  await openMessaging(admin);
  await expectAccessible(admin);
  await admin.getByRole('switch', { name: 'Keep messages for people who are offline' }).click();
  const bar = admin.getByRole('region', { name: 'Unsaved changes' });
  await expect(bar).toContainText('1 change');
  await bar.getByRole('button', { name: 'Review' }).click();
  const review = dialog(admin, 'Review 1 change');
  await expect(review).toContainText('Keep messages for people who are offline');
  await expect(review).toContainText('Messages to people who are offline are refused.');
  await expectAccessible(admin);
  await review.getByRole('button', { name: 'Save', exact: true }).click();
  const version = Number(/version (\d+)/.exec((await toast(admin, /^Saved · version \d+/).textContent()) ?? '')?.[1]);
  expect(await sendToOffline(sender, `${ben}@localhost`, 'off')).toBe('service-unavailable');

  await toast(admin, /^Saved/)
    .getByRole('button', { name: 'Undo' })
    .click();
  await expect(toast(admin, `Saved · version ${version + 1}`)).toBeVisible();
  await expect(admin.getByRole('switch', { name: 'Keep messages for people who are offline' })).toBeChecked();
  expect(await sendToOffline(sender, `${ben}@localhost`, 'after')).toBeNull();
  const receiver = await client(ben, password);
  // Kept messages come in the order in which they were sent.
  await receiver.element('the last message', (element) => element.name === 'message' && element.attrs.id === 'after');
  const kept = receiver.elements('message').map((element) => element.attrs.id);
  expect(kept.filter((id) => ['before', 'off', 'after'].includes(id ?? ''))).toEqual(['before', 'after']);
});

test('two browsers that edit one setting are shown to each other, and nothing is lost without a word', async ({
  as,
  console: { server },
}) => {
  const [here, there] = [await as('administrator'), await as('administrator')];
  const limit = (page: Page) => page.getByLabel(/^Offline messages per person( Changed)?$/);
  const bar = (page: Page) => page.getByRole('region', { name: 'Unsaved changes' });
  try {
    await openMessaging(here);
    await openMessaging(there);
    await limit(here).fill('300');
    await limit(there).fill('400');
    await bar(there).getByRole('button', { name: 'Save', exact: true }).click();
    await expect(toast(there, /^Saved · version/)).toBeVisible();

    await expect(here.getByRole('main')).toContainText('Your changes stay in the form.');
    await expect(here.getByRole('main')).toContainText('500 messages becomes 400 messages');
    await expect(limit(here)).toHaveValue('300');
    await expectAccessible(here);
    await bar(here).getByRole('button', { name: 'Save', exact: true }).click();
    const conflict = dialog(here, 'Somebody else changed these settings');
    await expect(conflict).toContainText('400 messages');
    await expect(conflict).toContainText('300 messages');
    await expectAccessible(here);
    expect(await server.mustCommand('settings', 'get', 'im.offlineMax')).toContain('400');
    await conflict.getByRole('button', { name: 'Save mine over it' }).click();
    await expect(toast(here, /^Saved · version/)).toBeVisible();

    await there.getByRole('button', { name: 'Show the new values' }).click();
    await expect(limit(there)).toHaveValue('300');
  } finally {
    await server.mustCommand('settings', 'reset', 'im.offlineMax');
  }
});
