import { addUsers, choose, expect, expectAccessible, interactive, tableRow, test, unique } from '../../fixtures/console.ts';

const password = 'a pass phrase of ours';

test('a CSV file with bad rows is checked row by row, its good rows are imported, its bad ones given back', async ({
  admin,
  client,
  console: { server },
}) => {
  const base = unique('csv');
  await addUsers(server, [{ id: `${base}-there`, password }]);
  const csv = [
    'userId,name,mail,password,enabled',
    `${base}-anna,Anna Lopez,anna@example.com,${password},true`,
    `${base}-ben,"Meyer, Ben",ben@example.com,${password},`,
    `${base}-off,Carla Rossi,,,false`,
    `,No User,,${password},`,
    `${base}-mail,Bad Mail,not-an-address,${password},`,
    `${base}-short,Short Password,,short,`,
    `${base}-anna,Anna Again,,${password},`,
    `${base}-there,Was There,,${password},`,
  ].join('\r\n');

  await admin.goto('/users/import');
  await interactive(admin);
  await expectAccessible(admin);
  await admin.getByRole('button', { name: 'Check the rows' }).click();
  await expect(admin.getByText('Choose a file first.')).toBeVisible();
  await admin
    .getByLabel('Drop a CSV file here, or choose one')
    .setInputFiles({ name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) });
  await admin.getByRole('button', { name: 'Check the rows' }).click();

  await expect(admin.getByText('people.csv has 8 rows.')).toContainText(
    '3 users are added, 1 exists already and stays as it is, 4 rows cannot be used',
  );
  const bad = admin.getByRole('region', { name: 'Rows that cannot be used' }).last();
  await expect(bad.getByRole('row').filter({ hasText: 'userId: Required.' })).toContainText('5');
  await expect(bad.getByRole('row').filter({ hasText: `${base}-mail` })).toContainText('Must look like name@example.com.');
  await expect(bad.getByRole('row').filter({ hasText: `${base}-short` })).toContainText('password:');
  await expect(bad.getByRole('row').filter({ hasText: 'Is the same user as line 2.' })).toContainText('8');
  await expect(admin.getByRole('region', { name: 'Rows that are skipped' }).last()).toContainText('Exists already.');
  await expectAccessible(admin);
  const download = admin.waitForEvent('download');
  await admin.getByRole('button', { name: 'Download these rows' }).click();
  const given = await (await download).createReadStream();
  let text = '';
  for await (const chunk of given) text += String(chunk);
  expect(text.trim().split('\r\n')).toEqual([0, 4, 5, 6, 7].map((line) => csv.split('\r\n')[line]));

  await admin.getByRole('button', { name: 'Import 3 users' }).click();
  await expect(admin.getByRole('link', { name: 'See the users' })).toBeVisible();
  await expect(admin.getByText('4 rows could not be imported')).toBeVisible();
  await expectAccessible(admin);
  await client(`${base}-anna`, password);

  await admin.getByRole('link', { name: 'See the users' }).click();
  await admin.getByRole('searchbox').fill(base);
  await expect(tableRow(admin, `${base}-anna`)).toContainText('Anna Lopez');
  await expect(tableRow(admin, `${base}-off`)).toContainText('Disabled');
  await expect(tableRow(admin, `${base}-short`)).toHaveCount(0);
});

test('an export holds what the table is narrowed to, and nothing else', async ({ admin, console: { server } }) => {
  const base = unique('exp');
  await addUsers(server, [
    { id: `${base}-a`, password },
    { id: `${base}-b`, password },
    { id: `${base}-c`, password },
  ]);
  await server.mustCommand('users', 'disable', `${base}-b`);
  await admin.goto('/users');
  await interactive(admin);
  await admin.getByRole('searchbox').fill(base);
  await admin.getByRole('button', { name: 'State', exact: true }).click();
  await admin.getByLabel('Enabled', { exact: true }).click();
  await expect(admin).toHaveURL(/state=enabled/);
  await expect(tableRow(admin, `${base}-c`)).toBeVisible();
  await expect(tableRow(admin, `${base}-b`)).toHaveCount(0);
  await expectAccessible(admin);
  await admin.getByRole('button', { name: 'Export' }).click();
  const href = await admin.getByRole('menuitem', { name: 'Export as CSV' }).getAttribute('href');
  const answer = await admin.request.get(href ?? '');
  expect(answer.headers()['content-disposition']).toContain('attachment');
  const text = await answer.text();
  const [head, ...rows] = text.trim().split(/\r?\n/);
  expect(head?.split(',')[0]).toBe('userId');
  expect(head).not.toContain('password');
  expect(rows.map((row) => row.split(',')[0])).toEqual([`${base}-a`, `${base}-c`]);
});

test('a bulk act tells what it would do, asks, and says what it did', async ({ admin, client, console: { server } }) => {
  const base = unique('bulk');
  await addUsers(server, [
    { id: `${base}-a`, password },
    { id: `${base}-b`, password },
  ]);
  const online = await client(`${base}-a`, password);
  await admin.goto(`/users?q=${base}`);
  await interactive(admin);
  await admin.getByRole('checkbox', { name: 'Select all users on this page' }).click();
  await expect(admin.getByRole('region', { name: 'Selection' })).toContainText('2 users selected');
  await admin.getByRole('button', { name: 'Disable 2 users' }).click();
  const question = admin.getByRole('dialog');
  await expect(question).toContainText('2');
  await expectAccessible(admin);
  await question.getByRole('button', { name: /^Disable/ }).click();
  await online.event('the end of the connection', (event) => event.is === 'end');
  await admin.goto(`/users?q=${base}`);
  for (const id of ['a', 'b']) await expect(tableRow(admin, `${base}-${id}`)).toContainText('Disabled');
  await choose(admin, new RegExp(`^Actions for ${base}-a`), 'Enable');
  await expect(tableRow(admin, `${base}-a`)).toContainText('Enabled');
});
