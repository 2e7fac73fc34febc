/** A web client that people use (Converse.js), on a web site of its own, over both ways that browsers have. */
import { addUsers, expect, test, unique, until } from '../fixtures/console.ts';
import { serveWebClient, type WebClientSite } from '../fixtures/web-client.ts';

const password = 'a pass phrase of ours';
let site: WebClientSite;
test.beforeAll(async () => {
  site = await serveWebClient();
});
test.afterAll(() => site.stop());

for (const way of ['WebSocket', 'BOSH'] as const) {
  test(`Converse.js over ${way} signs in, shows its contacts, chats, and goes on after the page is loaded again`, async ({
    browser,
    client,
    console: { server, url },
  }) => {
    const [anna, ben] = [unique('wanna'), unique('wben')];
    await addUsers(
      server,
      [anna, ben].map((id) => ({ id, password })),
    );
    const before = await client(anna, password, { resource: 'before' });
    await before.query('set', `<query xmlns='jabber:iq:roster'><item jid='${ben}@localhost' name='Ben Example'/></query>`);
    before.cut();
    const peer = await client(ben, password, { resource: 'phone' });
    peer.send('<presence/>');

    site.configure({
      ...(way === 'WebSocket'
        ? { websocket_url: `${url.replace('http', 'ws')}/xmpp-websocket` }
        : { bosh_service_url: `${url}/http-bind` }),
      discover_connection_methods: false,
      assets_path: '/dist/',
      view_mode: 'fullscreen',
      auto_login: true,
      keepalive: true,
      jid: `${anna}@localhost/web`,
      password,
      allow_non_roster_messaging: true,
      auto_reconnect: false,
      loglevel: 'error',
    });
    const context = await browser.newContext();
    const page = await context.newPage();
    const sessions = async () =>
      (
        JSON.parse(await server.mustCommand('sessions', 'list', `${anna}@localhost`, '--json')) as {
          items: { id: string; transport: string; resource: string; state: string }[];
        }
      ).items.filter(({ resource }) => resource === 'web');

    // A page that nobody allowed gets nowhere.
    await server.mustCommand('settings', 'reset', 'xmpp.webOrigins');
    let refused = false;
    page.on('requestfailed', (request) => {
      refused ||= request.url().includes('/http-bind');
    });
    page.on('console', (message) => {
      refused ||= /WebSocket connection .*403/.test(message.text());
    });
    await page.goto(site.origin);
    await expect.poll(() => refused).toBe(true);
    expect(await sessions()).toEqual([]);

    await server.mustCommand('settings', 'set', 'xmpp.webOrigins', site.origin);
    await page.reload();
    await expect(page.getByText('Ben Example').first()).toBeVisible({ timeout: 30_000 });
    const [session] = await sessions();
    expect(session).toMatchObject({ transport: way === 'WebSocket' ? 'websocket' : 'bosh', state: 'live' });

    peer.send(`<message to='${anna}@localhost/web' type='chat' id='m1'><body>Lunch at noon?</body></message>`);
    await page.getByText('Ben Example').first().click();
    await expect(page.getByText('Lunch at noon?').first()).toBeVisible();
    const box = page.locator('textarea.chat-textarea');
    await box.fill('Noon it is ✓');
    await box.press('Enter');
    const got = await peer.element(
      'the answer',
      (element) => element.name === 'message' && element.children.some(({ name }) => name === 'body'),
    );
    expect(got.children.find(({ name }) => name === 'body')?.text).toBe('Noon it is ✓');

    await page.reload();
    await expect(page.getByText('Ben Example').first()).toBeVisible({ timeout: 30_000 });
    peer.send(`<message to='${anna}@localhost/web' type='chat' id='m2'><body>See you there</body></message>`);
    await expect(page.getByText('See you there').first()).toBeVisible();
    await until('one session is there', async () => (await sessions()).filter(({ state }) => state === 'live').length === 1);
    expect((await sessions()).map(({ id }) => id)).toEqual([session?.id]);
    await context.close();
  });
}
