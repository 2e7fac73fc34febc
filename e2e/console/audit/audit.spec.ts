import {
  addOperator,
  dialog,
  expect,
  expectAccessible,
  interactive,
  signInContext,
  tableRow,
  test,
  toast,
  unique,
} from '../../fixtures/console.ts';

const password = 'a pass phrase of ours';

test('the audit names who changed what, from which value to which, and who was refused', async ({
  browser,
  as,
  client,
  console: { server, url },
}) => {
  const who = { username: unique('maria'), password: 'correct horse battery 8' };
  await addOperator(server, 'administrator', who);
  const context = await browser.newContext({ baseURL: url });
  await signInContext(context.request, url, who);
  const maria = await context.newPage();
  const user = unique('anna');
  await maria.goto('/users/new');
  await interactive(maria);
  await maria.getByLabel('User ID').fill(user);
  await maria.getByRole('textbox', { name: 'Password' }).fill(password);
  await maria.getByRole('button', { name: 'Add the user' }).click();
  await expect(maria).toHaveURL(/\/users\/\d+$/);
  await client(user, password);
  await maria.goto('/presence/settings');
  await interactive(maria);
  const control = maria.getByRole('main').getByRole('switch').first();
  await control.click();
  await maria.getByRole('region', { name: 'Unsaved changes' }).getByRole('button', { name: 'Review' }).click();
  await dialog(maria, 'Review 1 change').getByRole('button', { name: 'Save', exact: true }).click();
  const version = Number(/version (\d+)/.exec((await toast(maria, /^Saved · version \d+/).textContent()) ?? '')?.[1]);
  await toast(maria, /^Saved/)
    .getByRole('button', { name: 'Undo' })
    .click();
  await expect(toast(maria, `Saved · version ${version + 1}`)).toBeVisible();
  await context.close();

  const reader = await as('read-only');
  await reader.goto(`/audit?actor=${who.username}`);
  await interactive(reader);
  await expect(tableRow(reader, user)).toContainText(who.username);
  await expectAccessible(reader);
  const changes = reader
    .getByRole('row')
    .filter({ hasText: /setting/i })
    .filter({ hasText: who.username });
  await expect(changes.first()).toBeVisible();
  await changes.last().getByRole('button').first().click();
  const record = reader.getByRole('dialog');
  await expect(record).toContainText(who.username);
  await expect(record).toContainText('127.0.0.1');
  await expect(record.getByRole('table', { name: 'Values before and after' })).toContainText(/true|on/i);
  await expect(record.getByRole('table', { name: 'Values before and after' })).toContainText(/false|off/i);
  await expectAccessible(reader);
  // No password, neither the operator's nor the user's, is in a record.
  await reader.keyboard.press('Escape');
  await expect(record).toBeHidden();
  const all = await server.mustCommand('audit', 'list', '--actor', who.username, '--json');
  expect(all).toContain(user);
  expect(all).not.toContain(password);
  expect(all).not.toContain(who.password);
});

test('the audit shows that the chain of its records is whole', async ({ admin }) => {
  await admin.goto('/audit');
  await interactive(admin);
  await admin.getByRole('button', { name: 'Verify the records' }).click();
  await expect(dialog(admin, 'Is the audit whole?')).toContainText('The chain is whole');
  await expectAccessible(admin);
});
