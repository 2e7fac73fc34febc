import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import type { RawClient } from '../../clients/raw.ts';
import { find } from '../../clients/xml.ts';
import { addUsers, dialog, expect, expectAccessible, interactive, tableRow, test, toast, unique, visit } from '../../fixtures/console.ts';

const password = 'a pass phrase of ours';
/** SCREENSHOTS=folder keeps a picture of every page in both themes. */
const pictures = process.env.SCREENSHOTS ?? '';
const routes = ['/messaging/files', '/messaging/files/people', '/messaging/files/log', '/messaging/files/settings'];

/** Uploads as a client does, but to the plain listener of this machine; gives the path that opens the file. */
async function upload(client: RawClient, url: string, name: string, content: Buffer, type: string): Promise<string> {
  const answer = await client.query(
    'get',
    `<request xmlns='urn:xmpp:http:upload:0' filename='${name}' size='${content.length}' content-type='${type}'/>`,
    'upload.localhost',
  );
  const path = (which: string) => (find(answer, which)?.attrs.url ?? '').replaceAll('&amp;', '&').replace(/^https?:\/\/[^/]+/, '');
  const sent = await fetch(url + path('put'), { method: 'PUT', headers: { 'content-type': type }, body: new Uint8Array(content) });
  expect(sent.status).toBe(201);
  return path('get');
}

async function picture(page: Page, theme: string, route: string, width: string): Promise<void> {
  if (pictures === '') return;
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `full${route.replaceAll('/', '.')}-${theme}-${width}.png`), fullPage: true });
}

test('uploads are found, looked at and deleted, and the log remembers them', async ({ admin, client, console: { server, url } }) => {
  const [anna, bob] = [unique('anna'), unique('bob')];
  await addUsers(server, [
    { id: anna, password },
    { id: bob, password },
  ]);
  const holiday = unique('holiday');
  const photo = await upload(await client(anna, password), url, `${holiday}.png`, randomBytes(300_000), 'image/png');
  const film = await upload(await client(bob, password), url, `${holiday}-film.mp4`, randomBytes(2_000_000), 'video/mp4');
  expect((await fetch(url + photo)).status).toBe(200);

  await visit(admin, `/messaging/files?q=${holiday}`);
  await expect(tableRow(admin, `${holiday}.png`)).toContainText('293 KiB');
  await expect(tableRow(admin, `${holiday}-film.mp4`)).toContainText(bob);
  await expectAccessible(admin);
  await visit(admin, `/messaging/files?q=${holiday}&type=video/`);
  await expect(tableRow(admin, `${holiday}-film.mp4`)).toBeVisible();
  await expect(tableRow(admin, `${holiday}.png`)).toHaveCount(0);

  // Whoever reports a file has its address.
  await visit(admin, `/messaging/files?q=${encodeURIComponent(url + photo)}`);
  await tableRow(admin, `${holiday}.png`).getByText(`${holiday}.png`).click();
  const shown = dialog(admin, `${holiday}.png`);
  await expect(shown).toContainText('300,000 bytes');
  await expect(shown).not.toContainText('/upload/');
  await shown.getByRole('link', { name: 'Show in the log' }).click();
  await expect(admin).toHaveURL(/\/messaging\/files\/log\?file=/);
  await expect(tableRow(admin, 'Download')).toContainText('127.0.0.1');
  await expect(tableRow(admin, 'Upload')).toContainText(anna);

  await visit(admin, `/messaging/files/people?q=${bob}`);
  await expect(tableRow(admin, bob)).toContainText('1.9 MiB');

  await visit(admin, `/messaging/files?person=${bob}`);
  await tableRow(admin, `${holiday}-film.mp4`).getByRole('checkbox').click();
  await admin.getByRole('button', { name: 'Delete 1 file' }).click();
  await dialog(admin, /^Delete /)
    .getByRole('button', { name: 'Delete 1 file' })
    .click();
  await expect(toast(admin, '1 file deleted')).toBeVisible();
  await expect(tableRow(admin, `${holiday}-film.mp4`)).toHaveCount(0);
  expect((await fetch(url + film)).status).toBe(404);
  expect((await fetch(url + photo)).status).toBe(200);
  await visit(admin, '/audit?action=file.delete');
  await expect(tableRow(admin, `${holiday}-film.mp4`)).toContainText('Deleted files');
});

test('who may only look sees files and no way to delete them', async ({ as, client, console: { server, url } }) => {
  const anna = unique('anna');
  await addUsers(server, [{ id: anna, password }]);
  await upload(await client(anna, password), url, 'note.txt', Buffer.from('hello'), 'text/plain');
  const reader = await as('read-only');
  await visit(reader, `/messaging/files?person=${anna}`);
  await expect(tableRow(reader, 'note.txt')).toBeVisible();
  await expect(reader.getByRole('checkbox')).toHaveCount(0);
});

test('a long list of files reads well in both themes and fits 320 px', async ({ admin, client, console: { server, url } }) => {
  test.setTimeout(240_000);
  const anna = unique('anna');
  await addUsers(server, [{ id: anna, password }]);
  const own = await client(anna, password);
  for (let i = 0; i < 4; i++)
    await upload(
      own,
      url,
      `a-rather-long-name-without-any-space-in-it-${'x'.repeat(60)}-${i}.png`,
      randomBytes(1000 * (i + 1)),
      'image/png',
    );
  const context = admin.context();
  for (const theme of ['light', 'dark'] as const) {
    await context.addCookies([{ name: 'rollcall.theme', value: theme, url }]);
    for (const route of routes) {
      await admin.setViewportSize({ width: 1280, height: 800 });
      await visit(admin, route);
      await interactive(admin);
      await picture(admin, theme, route, 'wide');
      await expectAccessible(admin);
      await admin.setViewportSize({ width: 320, height: 800 });
      const over = await admin.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(over, `${route} at 320 px`).toBeLessThanOrEqual(0);
      await picture(admin, theme, route, 'narrow');
    }
  }
});
