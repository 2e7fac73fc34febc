import { choose, dialog, expect, expectAccessible, interactive, tableRow, test, toast, unique } from '../../fixtures/console.ts';

test('a token is made, does what it may and no more, and is refused from the moment it is revoked', async ({ admin, console: { url } }) => {
  const name = unique('backup');
  await admin.goto('/security/tokens');
  await interactive(admin);
  await admin.getByRole('link', { name: 'Make a token' }).first().click();
  await expect(admin.getByRole('heading', { name: 'Make a token', level: 1 })).toBeVisible();
  await interactive(admin);
  await admin.getByRole('button', { name: 'Make the token' }).click();
  await expect(admin.getByRole('main').getByRole('alert')).toContainText('Choose at least one permission.');
  await expectAccessible(admin);
  await admin.getByLabel('Name').fill(name);
  await admin.getByRole('checkbox', { name: /users\.read/ }).click();
  await admin.getByRole('button', { name: 'Make the token' }).click();
  await expect(admin.getByText('Copy the secret now')).toBeVisible();
  await expectAccessible(admin);
  const command = (await admin.getByRole('region', { name: 'Try it' }).textContent()) ?? '';
  const secret = /Bearer ([^'\s]+)'/.exec(command)?.[1] ?? '';
  expect(secret).not.toBe('');

  // A program has no cookie: the secret alone decides.
  const call = (path: string, method = 'GET') =>
    fetch(`${url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${secret}`, ...(method === 'GET' ? {} : { 'content-type': 'application/json' }) },
      ...(method === 'GET' ? {} : { body: '{}' }),
    }).then((answer) => answer.status);
  expect(await call('/users')).toBe(200);
  expect(await call('/audit')).toBe(403);
  expect(await call('/users/disable', 'POST')).toBe(403);

  await admin.getByRole('link', { name: 'I have copied the secret' }).click();
  await expect(tableRow(admin, name)).toContainText('Active');
  await expectAccessible(admin);
  expect(await admin.content()).not.toContain(secret);
  await choose(admin, new RegExp(`^Actions for ${name}`), 'Revoke');
  await dialog(admin, `Revoke the token ${name}?`).getByRole('button', { name: 'Revoke the token' }).click();
  await expect(toast(admin, `Token ${name} revoked`)).toBeVisible();
  await expect(tableRow(admin, name)).toContainText('Revoked');
  expect(await call('/users')).toBe(401);
});
