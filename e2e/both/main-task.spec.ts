import type { Page } from '@playwright/test';
import { dialog, expect, expectAccessible, interactive, tableRow, test, toast, unique } from '../fixtures/console.ts';

const password = 'a pass phrase of ours';

/** The list keeps its rows in place while one looks at it; what is new waits behind this button. */
const showNew = (page: Page) => page.getByRole('button', { name: /Show the list as it is now/ });

test('an administrator adds two people, sees them sign in and write, and ends a session, by mouse', async ({ admin, client }) => {
  const [anna, ben] = [unique('anna'), unique('ben')];
  await admin.goto('/users');
  await admin.getByRole('link', { name: 'Add a user' }).first().click();
  await expect(admin.getByRole('heading', { name: 'Add a user', level: 1 })).toBeVisible();
  await interactive(admin);
  await expectAccessible(admin);
  await admin.getByLabel('User ID').fill(anna);
  await expect(admin.getByText(`${anna}@localhost`)).toBeVisible();
  await admin.getByRole('textbox', { name: 'Password' }).fill(password);
  await admin.getByRole('button', { name: 'Add and enter another' }).click();
  await expect(toast(admin, `${anna}@localhost added`)).toBeVisible();
  await expect(admin.getByLabel('User ID')).toBeFocused();
  await admin.getByLabel('User ID').fill(ben);
  await admin.getByRole('textbox', { name: 'Password' }).fill(password);
  await admin.getByRole('button', { name: 'Add the user' }).click();
  await expect(admin).toHaveURL(/\/users\/\d+$/);
  await expect(admin.getByRole('heading', { level: 1 })).toContainText(ben);

  await admin.getByRole('navigation', { name: 'Areas' }).getByRole('link', { name: 'Sessions' }).click();
  await expect(admin.getByRole('heading', { name: 'Sessions', level: 1 })).toBeVisible();
  const first = await client(anna, password, { resource: 'desk' });
  const second = await client(ben, password, { resource: 'phone' });
  await showNew(admin).click();
  for (const user of [anna, ben]) await expect(tableRow(admin, `${user}@localhost`)).toContainText('Connected');
  await expect(tableRow(admin, ben)).toContainText('Available');
  await expectAccessible(admin);

  first.send(`<message to='${ben}@localhost' type='chat' id='m1'><body>Lunch?</body></message>`);
  const got = await second.element('the message', (element) => element.name === 'message' && element.attrs.id === 'm1');
  expect(got.attrs.from).toBe(`${anna}@localhost/desk`);

  second.send('<presence><show>dnd</show></presence>');
  await expect(tableRow(admin, ben)).toContainText('Do not disturb');

  await admin.getByRole('button', { name: `Actions for ${ben}@localhost/phone` }).click();
  await admin.getByRole('menuitem', { name: 'End session' }).click();
  const question = dialog(admin, `End the session ${ben}@localhost/phone?`);
  await expect(question).toContainText('1 person is signed out on 1 device.');
  await expect(question.getByRole('button', { name: 'Keep the session' })).toBeFocused();
  await expectAccessible(admin);
  await question.getByRole('button', { name: 'End 1 session' }).click();
  await expect(toast(admin, '1 session ended')).toBeVisible();
  await second.event('the end of the connection', (event) => event.is === 'end');
  await showNew(admin).click();
  await expect(tableRow(admin, ben)).toHaveCount(0);
  await expect(tableRow(admin, anna)).toHaveCount(1);
  expect(first.closed).toBe(false);
});

test('the same goes by keyboard alone', async ({ admin, client }) => {
  const [carla, dan] = [unique('carla'), unique('dan')];
  await admin.goto('/overview');
  await interactive(admin);
  await admin.keyboard.press('Control+k');
  await expect(admin.getByRole('dialog')).toBeVisible();
  await admin.keyboard.type('users');
  await expect(admin.getByRole('option', { name: 'Users', exact: true })).toHaveAttribute('aria-selected', 'true');
  await admin.keyboard.press('Enter');
  await expect(admin.getByRole('heading', { name: 'Users', level: 1 })).toBeVisible();
  await tabTo(admin, 'Add a user');
  await admin.keyboard.press('Enter');
  await expect(admin.getByRole('heading', { name: 'Add a user', level: 1 })).toBeVisible();
  await interactive(admin);
  for (const user of [carla, dan]) {
    await tabTo(admin, 'User ID');
    await admin.keyboard.type(user);
    await tabTo(admin, /^Password of|^Password$/);
    await admin.keyboard.type(password);
    if (user === carla) {
      await tabTo(admin, 'Add and enter another');
      await admin.keyboard.press('Enter');
      await expect(admin.getByLabel('User ID')).toBeFocused();
      await expect(admin.getByLabel('User ID')).toHaveValue('');
    } else await admin.keyboard.press('Enter');
  }
  await expect(admin).toHaveURL(/\/users\/\d+$/);
  await expect(admin.getByRole('heading', { level: 1 })).toContainText(dan);

  await admin.keyboard.press('g');
  await admin.keyboard.press('s');
  await expect(admin.getByRole('heading', { name: 'Sessions', level: 1 })).toBeVisible();
  const first = await client(carla, password, { resource: 'desk' });
  const second = await client(dan, password, { resource: 'phone' });
  first.send(`<message to='${dan}@localhost' type='chat' id='m1'><body>Lunch?</body></message>`);
  await second.element('the message', (element) => element.name === 'message' && element.attrs.id === 'm1');
  await expect(showNew(admin)).toBeVisible();
  await tabTo(admin, /Show the list as it is now/);
  await admin.keyboard.press('Enter');
  await expect(tableRow(admin, `${dan}@localhost`)).toContainText('Connected');
  await tabTo(admin, `Actions for ${dan}@localhost/phone`);
  await admin.keyboard.press('Enter');
  await expect(admin.getByRole('menu')).toBeVisible();
  await admin.keyboard.press('End');
  await expect(admin.getByRole('menuitem', { name: 'End session' })).toBeFocused();
  await admin.keyboard.press('Enter');
  await expect(dialog(admin, `End the session ${dan}@localhost/phone?`)).toBeVisible();
  await tabTo(admin, 'End 1 session');
  await admin.keyboard.press('Enter');
  await second.event('the end of the connection', (event) => event.is === 'end');
  await expect(dialog(admin, /End the session/)).toBeHidden();
  // Whoever works by keyboard goes on where the menu was opened.
  await expect(admin.getByRole('button', { name: `Actions for ${dan}@localhost/phone` })).toBeFocused();
  expect(first.closed).toBe(false);
});

/** Presses Tab until the focus is on what a screen reader calls `name`; fails after going around. */
async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  for (let presses = 0; presses < 120; presses++) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate(() => {
      const element = document.activeElement;
      if (!(element instanceof HTMLElement)) return '';
      const labels = 'labels' in element ? [...(element as HTMLInputElement).labels!].map((label) => label.textContent) : [];
      return (element.getAttribute('aria-label') ?? labels.join(' ') ?? '').trim() || (element.textContent ?? '').trim();
    });
    if (typeof name === 'string' ? focused.startsWith(name) : name.test(focused)) return;
  }
  throw new Error(`nothing called ${name} can be reached by Tab`);
}
