import { addOperator, dialog, expect, expectAccessible, test, toast, unique } from '../../fixtures/console.ts';

test.describe('signing in', () => {
  test('says the same about a wrong user ID and a wrong password, and leads where one wanted to go', async ({
    as,
    console: { operators },
  }) => {
    const page = await as(null);
    await page.goto('/sessions?state=live');
    await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
    await expectAccessible(page);
    const refused = page.getByText('The user name or the password is not right, or there were too many attempts.');
    for (const username of [operators.administrator.username, unique('nobody')]) {
      await page.getByLabel('User ID').fill(username);
      await page.getByLabel('Password', { exact: true }).fill('not this one');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await expect(refused).toBeVisible();
      await expectAccessible(page);
      await page.reload();
      await expect(refused).toBeHidden();
    }
    await page.getByLabel('User ID').fill(operators.administrator.username);
    await page.getByLabel('Password', { exact: true }).fill(operators.administrator.password);
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(/\/sessions\?state=live$/);
    await expect(page.getByRole('heading', { name: 'Sessions', level: 1 })).toBeVisible();
  });

  test('puts no password into the address when the form is sent before the scripts run', async ({
    browser,
    console: { url, operators },
  }) => {
    const context = await browser.newContext({ baseURL: url, javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto('/sign-in');
    await page.getByLabel('User ID').fill(operators.operator.username);
    await page.getByLabel('Password', { exact: true }).fill(operators.operator.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
    expect(page.url()).toBe(`${url}/sign-in`);
    await context.close();
  });

  test('never leads to another site', async ({ as, console: { operators, url } }) => {
    const page = await as(null);
    await page.goto(`/sign-in?returnTo=${encodeURIComponent('//example.com/overview')}`);
    await page.getByLabel('User ID').fill(operators['read-only'].username);
    await page.getByLabel('Password', { exact: true }).fill(operators['read-only'].password);
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(`${url}/overview`);
  });

  test('with a banner that must be acknowledged goes on only after the tick', async ({ as, console: { server, operators } }) => {
    const notice = 'For staff of Example only.\nUse is recorded.';
    await server.mustCommand('settings', 'set', 'console.bannerText', notice);
    await server.mustCommand('settings', 'set', 'console.bannerAcknowledge', 'true');
    try {
      const page = await as(null);
      await page.goto('/sign-in');
      await expect(page.getByRole('region', { name: 'Notice' })).toContainText('Use is recorded.');
      await expectAccessible(page);
      await page.getByLabel('User ID').fill(operators.operator.username);
      await page.getByLabel('Password', { exact: true }).fill(operators.operator.password);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await expect(page.getByText('Tick the box below the notice to go on.')).toBeVisible();
      await page.getByLabel('I have read the notice above and agree to it').click();
      await page.getByRole('button', { name: 'Sign in' }).click();
      await expect(page).toHaveURL(/\/overview$/);
      await expect(page.getByRole('main')).toContainText('For staff of Example only.');
    } finally {
      await server.mustCommand('settings', 'reset', 'console.bannerText');
      await server.mustCommand('settings', 'reset', 'console.bannerAcknowledge');
    }
  });

  test('with a password that somebody else made leads to choosing an own one', async ({ as, console: { server } }) => {
    const who = { username: unique('neil'), password: 'made by somebody 1' };
    await addOperator(server, 'administrator', who, true);
    const page = await as(null);
    const signIn = async (password: string) => {
      await page.goto('/sign-in');
      await page.getByLabel('User ID').fill(who.username);
      await page.getByLabel('Password', { exact: true }).fill(password);
      await page.getByRole('button', { name: 'Sign in' }).click();
    };
    await signIn(who.password);
    await expect(page).toHaveURL(/\/account$/);
    await expect(page.getByRole('main')).toContainText('Choose your own password');
    await expectAccessible(page);

    await page.getByLabel('Present password', { exact: true }).fill(who.password);
    await page.getByLabel('New password', { exact: true }).fill('chosen by myself 2');
    await page.getByLabel('New password again').fill('chosen by myself 3');
    await page.getByRole('button', { name: 'Change the password' }).click();
    await expect(page.getByRole('alert').getByText('The two new passwords differ.')).toBeVisible();
    await expectAccessible(page);
    await page.getByLabel('New password again').fill('chosen by myself 2');
    await page.getByRole('button', { name: 'Change the password' }).click();
    await expect(toast(page, 'Password changed')).toBeVisible();
    await expect(page.getByRole('main').getByText('Choose your own password')).toBeHidden();

    await page.getByRole('button', { name: `Account of ${who.username}` }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await expect(page.getByText('You are signed out.')).toBeVisible();
    await page.goto('/overview');
    await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
    await signIn(who.password);
    await expect(page.getByText('The user name or the password is not right')).toBeVisible();
    await signIn('chosen by myself 2');
    await expect(page).toHaveURL(/\/overview$/);
  });
});

test('a console session that is ended from the account page is signed out in the other browser', async ({ as }) => {
  const [here, there] = [await as('operator'), await as('operator')];
  await there.goto('/sessions');
  await expect(there.getByRole('heading', { name: 'Sessions', level: 1 })).toBeVisible();
  await here.goto('/account');
  await expect(here.getByText('This session')).toBeVisible();
  const others = here.getByRole('button', { name: /^End session of/ });
  await expect(others.first()).toBeVisible();
  // Sessions of contexts that other tests closed are still open on the server: end all of them, whichever is the other browser's.
  const all = here.getByRole('button', { name: /^End \d+ other sessions$/ });
  await ((await all.count()) > 0 ? all : others.first()).click();
  const question = dialog(here, /^End .*\?$/);
  await expectAccessible(here);
  await question.getByRole('button', { name: /^End \d+ sessions?$/ }).click();
  await expect(toast(here, /sessions? ended/)).toBeVisible();
  await expect(others).toHaveCount(0);

  await expect(there.getByText('Your session has ended')).toBeVisible();
  await there.getByRole('link', { name: 'Overview', exact: true }).first().click();
  await expect(there.getByRole('heading', { name: 'Sign in' })).toBeVisible();
});
