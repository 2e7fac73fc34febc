/** The call manager from the console: entered, tested, synchronised, asked before it takes away, and what it does to people who chat. */
import { expect, test, unique, visit } from '../../fixtures/console.ts';
import type { RunningServer } from '../../fixtures/start-server.ts';
import { startAxl } from '../../peers/axl/axl.ts';

async function served(server: RunningServer): Promise<number> {
  const shown = JSON.parse(await server.mustCommand('callmanager', 'show', '--json')) as { counts: { served: number } };
  return shown.counts.served;
}

test('an administrator enters a call manager, trusts its certificate, and its users come', async ({ as, console: shared }) => {
  test.setTimeout(240_000);
  const axl = await startAxl(60);
  try {
    await shared.server.mustCommand('settings', 'set', 'callManager.allowLoopback', 'true');
    const page = await as('administrator');
    await visit(page, '/callmanager');
    await page.getByRole('link', { name: 'Enter the call manager' }).click();
    await page.getByLabel('Address').fill('localhost');
    await page.getByLabel('Port').fill(String(axl.port));
    await page.getByLabel('AXL user').fill('axladmin');
    await page.getByLabel('Password', { exact: true }).fill('wrong');
    await page.getByLabel('Synchronise by schedule').uncheck();
    await page.getByRole('button', { name: 'Save the call manager' }).click();
    await expect(page.getByText('The call manager is saved')).toBeVisible();
    const steps = page.getByRole('list', { name: 'Steps of the test' });
    await page.getByRole('button', { name: 'Test the connection' }).click();
    await expect(steps.getByText('is not trusted: it is self-signed')).toBeVisible();
    await page.getByRole('button', { name: 'Fetch the certificate it shows' }).click();
    await expect(page.getByRole('dialog').getByText('CN=localhost')).toBeVisible();
    await page.getByRole('button', { name: 'Trust the last of them' }).click();
    await page.getByRole('button', { name: 'Save the call manager' }).click();
    // Whoever changes whom the server trusts must know the password that is sent there.
    await expect(page.getByText('Enter the password again').first()).toBeVisible();
    await page.getByLabel('Password', { exact: true }).fill('not the password');
    await page.getByRole('button', { name: 'Save the call manager' }).click();
    await expect(page.getByText('The call manager is saved').first()).toBeVisible();
    await page.getByRole('button', { name: 'Test the connection' }).click();
    await expect(steps.getByText('refuses the user name or password')).toBeVisible();
    await page.getByLabel('Password', { exact: true }).fill('axlpw');
    await page.getByRole('button', { name: 'Save the call manager' }).click();
    await page.getByRole('button', { name: 'Test the connection' }).click();
    await expect(steps.getByText('SQL queries are answered.')).toBeVisible();

    await visit(page, '/callmanager');
    await page.getByRole('button', { name: 'Preview' }).click();
    await expect(page.getByText('A run waits for your decision')).toBeVisible();
    await page.getByRole('link', { name: 'Look at what it found' }).click();
    await expect(page.getByRole('rowheader', { name: /^user00001/ })).toBeVisible();
    await visit(page, '/callmanager');
    await page.getByRole('button', { name: 'Apply it' }).click();
    await page.getByRole('button', { name: 'Apply the run' }).click();
    await expect.poll(() => served(shared.server)).toBe(60);
    await expect(page.getByText('60 may use IM and presence')).toBeVisible();

    await visit(page, '/callmanager/users?show=entitled');
    await expect(page.getByRole('rowheader', { name: /^user00001/ })).toBeVisible();
    await visit(page, '/callmanager/users?show=gone');
    await expect(page.getByRole('rowheader')).toHaveCount(0);
    await visit(page, '/callmanager/users/user00003');
    await expect(page.getByText('500003 in Internal').first()).toBeVisible();
  } finally {
    await shared.server.mustCommand('callmanager', 'remove');
    await axl.stop();
  }
});

test('a run that would lock out many waits; applied, it ends their sessions, and a reader may only look', async ({
  as,
  client,
  console: shared,
}) => {
  test.setTimeout(240_000);
  const axl = await startAxl(20);
  const { server } = shared;
  try {
    await server.mustCommand('settings', 'set', 'callManager.allowLoopback', 'true');
    // The users of the specs before may still be here, as local ones.
    await server.mustCommand('settings', 'set', 'callManager.adoptAccounts', 'true');
    const page = await as('administrator');
    await visit(page, '/callmanager/publisher');
    await page.getByLabel('Address').fill('localhost');
    await page.getByLabel('Port').fill(String(axl.port));
    await page.getByLabel('AXL user').fill('axladmin');
    await page.getByLabel('Password', { exact: true }).fill('axlpw');
    await page.getByLabel('Trusted authorities').fill(axl.caPem);
    await page.getByLabel('Synchronise by schedule').uncheck();
    await page.getByRole('button', { name: 'Save the call manager' }).click();
    await expect(page.getByText('The call manager is saved')).toBeVisible();
    const chatter = unique('chatter');
    await axl.put(chatter);
    await visit(page, '/callmanager');
    await page.getByRole('button', { name: 'Synchronise now' }).click();
    await expect.poll(() => served(server)).toBe(21);

    const password = 'a pass phrase of ours';
    await server.mustCommand('users', 'password', chatter, password);
    const session = await client(chatter, password);
    session.send('<presence/>');
    await session.query('get', "<ping xmlns='urn:xmpp:ping'/>");

    await axl.remove(chatter);
    for (let index = 1; index <= 9; index++) await axl.remove(`user0000${index}`);
    await page.getByRole('button', { name: 'Synchronise now' }).click();
    await expect(page.getByText('10 of 21 users who are served here')).toBeVisible();
    await session.query('get', "<ping xmlns='urn:xmpp:ping'/>");

    const reader = await as('read-only');
    await visit(reader, '/callmanager');
    await expect(reader.getByText('A run waits for your decision')).toBeVisible();
    await expect(reader.getByRole('button', { name: 'Apply it' })).toHaveCount(0);

    await page.getByRole('button', { name: 'Apply it' }).click();
    await expect(page.getByText('10 users lose access at once')).toBeVisible();
    await page.getByRole('button', { name: 'Apply the run' }).click();
    await session.event('the end of the session', (event) => event.is === 'end');
    await expect.poll(() => served(server)).toBe(11);
    await expect(page.getByText('11 may use IM and presence')).toBeVisible();
  } finally {
    await server.mustCommand('callmanager', 'remove');
    await axl.stop();
  }
});
