import { makeCertificate } from '../fixtures/certificate.ts';
import { addUsers, choose, dialog, expect, expectAccessible, interactive, test, toast, unique } from '../fixtures/console.ts';

const password = 'a pass phrase of ours';

test('a certificate is replaced and put back while a client stays signed in', async ({ admin, client, console: { server } }) => {
  const user = unique('anna');
  await addUsers(server, [{ id: user, password }]);
  const before = await client(user, password, { resource: 'before' });
  const made = await makeCertificate(server.domain);
  const other = await makeCertificate('elsewhere.example');

  await admin.goto('/security/certificates');
  await interactive(admin);
  await expectAccessible(admin);
  await admin
    .getByRole('link', { name: /^Upload a certificate/ })
    .first()
    .click();
  await expect(admin).toHaveURL(/\/security\/certificates\/xmpp\/upload$/);
  await interactive(admin);
  await expectAccessible(admin);

  // A key that belongs to another certificate is refused before anything changes.
  await admin.getByRole('textbox', { name: 'Certificate and chain' }).fill(made.chainPem);
  await admin.getByRole('textbox', { name: 'Private key' }).fill(other.keyPem);
  await admin.getByRole('button', { name: 'Check the certificate' }).click();
  await expect(admin.getByRole('main').getByRole('alert')).toContainText('key');
  await expectAccessible(admin);

  await admin.getByLabel('File with the certificate and chain').setInputFiles(pemFile('server.pem', made.chainPem));
  await admin.getByLabel('File with the private key').setInputFiles(pemFile('server.key', made.keyPem));
  await expect(admin.getByRole('textbox', { name: 'Private key' })).toHaveValue(made.keyPem);
  await admin.getByRole('button', { name: 'Check the certificate' }).click();
  const question = dialog(admin, 'Use this certificate?');
  await expect(question).toContainText('Open sessions stay');
  await expectAccessible(admin);
  await question.getByRole('button', { name: 'Use the certificate' }).click();
  await expect(toast(admin, 'The certificate is in use')).toBeVisible();
  await expect(admin.getByRole('main')).toContainText('Example Test Authority');

  expect(before.certificate).not.toBe(made.fingerprint);
  const after = await client(user, password, { resource: 'after' });
  expect(after.certificate).toBe(made.fingerprint);
  // The session from before works on, and with the new one.
  before.send(`<message to='${user}@localhost/after' type='chat' id='m1'><body>still here</body></message>`);
  await after.element('the message', (element) => element.name === 'message' && element.attrs.id === 'm1');
  expect(before.closed).toBe(false);

  await choose(admin, /^More for/, 'Return to the earlier certificate');
  const back = dialog(admin, /^Return to the earlier certificate/);
  await back.getByRole('button', { name: 'Return to the earlier certificate' }).click();
  await expect(toast(admin, 'The earlier certificate is in use')).toBeVisible();
  const again = await client(user, password, { resource: 'again' });
  expect(again.certificate).toBe(before.certificate);
  expect([before.closed, after.closed]).toEqual([false, false]);
});

const pemFile = (name: string, text: string) => ({ name, mimeType: 'application/x-pem-file', buffer: Buffer.from(text) });
