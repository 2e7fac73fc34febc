import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { dialog, expect, expectAccessible, interactive, signInContext, tableRow, test, toast } from '../../fixtures/console.ts';
import { type Slapd, startSlapd } from '../../peers/slapd.ts';
import { PASSWORD } from '../../peers/slapd-people.ts';

let ldap: Slapd;
test.beforeAll(async () => {
  ldap = await startSlapd({ crowd: 30 });
});
test.afterAll(() => ldap?.stop());

/** SCREENSHOTS=folder keeps a picture in both themes and widths. */
async function look(page: Page, name: string): Promise<void> {
  await expectAccessible(page);
  const folder = process.env.SCREENSHOTS ?? '';
  if (folder === '') return;
  mkdirSync(folder, { recursive: true });
  const theme = await page.evaluate(() => document.documentElement.dataset.theme ?? '');
  for (const width of [1280, 320]) {
    await page.setViewportSize({ width, height: 800 });
    await page.screenshot({ path: join(folder, `${name}-${theme}-${width}.png`), fullPage: true });
    expect(
      await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
      `${name} at ${width}`,
    ).toBe(0);
  }
  await page.setViewportSize({ width: 1280, height: 800 });
}

test('a directory is added, tested, agreed with, tried and synchronised; its people and administrators sign in', async ({
  admin: page,
  as,
  console: { server, url },
}) => {
  test.setTimeout(400_000);
  const [first, second] = ldap.servers;
  await page.goto('/directories');
  await interactive(page);
  await expect(page.getByText('No directories yet')).toBeVisible();
  await look(page, 'directories-empty');
  await page.getByRole('link', { name: 'Add a directory' }).click();
  await interactive(page);

  // What is missing is said at its field, and nothing typed is lost.
  await page.locator('#name').fill('Head office');
  await page.getByRole('button', { name: 'Add the directory' }).click();
  await expect(page.getByText('Name at least one server').first()).toBeVisible();
  await page.locator('#servers').fill(`127.0.0.1:${first.tlsPort}\n127.0.0.1:${second.tlsPort}`);
  await page.locator('#caPem').fill(readFileSync(ldap.caFile, 'utf8'));
  await page.locator('#bindDn').fill(ldap.bindDn);
  await page.locator('#bindPassword').fill(ldap.bindPassword);
  await page.locator('#base').fill('example.test');
  await page.locator('#groups').fill(`operator=cn=Presence Administrators,ou=Groups,${ldap.base}`);
  await page.getByRole('button', { name: 'Add the directory' }).click();
  await expect(page.getByText('no distinguished name').first()).toBeVisible();
  await look(page, 'directory-new');
  await page.locator('#base').fill(ldap.base);
  await page.locator('#bindPassword').fill(ldap.bindPassword);
  await page.getByRole('button', { name: 'Add the directory' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Head office');
  await interactive(page);

  // Each step of the test, to both servers.
  await page.locator('#testUser').fill('alice');
  await page.locator('#testPassword').fill(PASSWORD);
  await page.getByRole('button', { name: 'Test the directory' }).click();
  await expect(page.getByText('The password is right.')).toHaveCount(2);
  await expect(page.getByText('Test authority').first()).toBeVisible();
  await look(page, 'directory');
  await page.locator('#testPassword').fill('wrong');
  await page.getByRole('button', { name: 'Test the directory' }).click();
  await expect(page.getByText('A step failed').first()).toBeVisible();

  await page.getByRole('button', { name: 'Add an agreement' }).click();
  const form = dialog(page, 'Add an agreement');
  await form.locator('#name').fill('Staff');
  await form.locator('#base').fill(`ou=Staff,${ldap.base}`);
  await look(page, 'agreement-dialog');
  await form.getByRole('button', { name: 'Add the agreement' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Staff');
  await interactive(page);
  await expect(page.getByText('It has not run yet')).toBeVisible();

  await page.getByRole('button', { name: 'Try it' }).click();
  await expect(tableRow(page, 'Would be: 5 created')).toBeVisible({ timeout: 30_000 });
  await page.getByRole('button', { name: 'Synchronise now' }).click();
  await dialog(page, /Synchronise Staff now/)
    .getByRole('button', { name: 'Synchronise', exact: true })
    .click();
  await expect(page.getByRole('row').filter({ hasText: /^(?!.*Would be).*5 created/ })).toBeVisible({ timeout: 30_000 });
  await look(page, 'agreement');
  await tableRow(page, 'Would be').getByRole('link').first().click();
  await expect(tableRow(page, 'alice')).toContainText('Create');
  await look(page, 'run');
  await page.goto('/users?q=alice');
  await expect(tableRow(page, 'alice')).toBeVisible();

  // An administrator by group signs in, in the role of the group.
  const other = await as(null);
  await signInContext(other.context().request, url, { username: 'alice', password: PASSWORD });
  await other.goto('/overview');
  await expect(other.getByRole('heading', { level: 1 })).toBeVisible();
  const listed = JSON.parse(await server.mustCommand('operators', 'list', '--json')) as {
    items: { username: string; role: string; source: string }[];
  };
  expect(listed.items.find(({ username }) => username === 'alice')).toMatchObject({ role: 'operator', source: 'directory' });

  // One server away is seen, and both are an alarm on every page.
  await first.kill();
  await second.kill();
  await server.command('ldap', 'sync', 'Staff', '--trial');
  await page.goto('/directories');
  await expect(tableRow(page, 'Head office')).toContainText('Away', { timeout: 30_000 });
  await page.context().addCookies([{ name: 'rollcall.theme', value: 'dark', url }]);
  await page.reload();
  await interactive(page);
  await look(page, 'directories-away');
  await tableRow(page, 'Head office').getByRole('link', { name: 'Head office' }).click();
  await expect(page.getByText('No server answers').first()).toBeVisible();
  await interactive(page);
  await look(page, 'directory-away');
  await page.getByRole('link', { name: 'Staff' }).first().click();
  await expect(page.getByText('The last run failed')).toBeVisible();
  await look(page, 'agreement-failed');
  await page.goBack();
  await interactive(page);
  await page.getByRole('link', { name: 'Edit' }).click();
  await expect(page.getByRole('button', { name: 'Save the directory' })).toBeVisible();
  await interactive(page);
  await look(page, 'directory-edit');
  // The stored password goes nowhere else.
  await page.locator('#servers').fill('elsewhere.example:636');
  await page.getByRole('button', { name: 'Save the directory' }).click();
  await expect(page.getByText('Enter the password again').first()).toBeVisible();

  await page.getByRole('link', { name: 'Cancel' }).click();
  page.once('dialog', (question) => void question.accept());
  await page.goto('/directories');
  await tableRow(page, 'Head office').getByRole('link', { name: 'Head office' }).click();
  await interactive(page);
  await page.getByRole('button', { name: 'Remove' }).click();
  await dialog(page, /Remove the directory/)
    .getByRole('button', { name: 'Remove the directory' })
    .click();
  await expect(toast(page, 'Head office removed')).toBeVisible();
  await expect(page.getByText('No directories yet')).toBeVisible();
});
