import { describe, expect, it } from 'vitest';
import { createFilesWorld } from '../testing/files-world.ts';

const UPLOAD = 'urn:xmpp:http:upload:0';
const file = "filename='très cool.jpg' size='23456' content-type='image/jpeg'";

describe('the upload service', () => {
  it('is found by name, says what it is and how large files may be', async () => {
    const w = await createFilesWorld();
    const alice = await w.signIn('alice@example.com/a');
    expect(w.router.hosts.itemsFor('example.com')).toContainEqual({ jid: 'upload.example.com', name: 'File upload' });
    const info = (await w.ask(alice, 'upload.example.com', "<query xmlns='http://jabber.org/protocol/disco#info'/>")).child('query');
    expect(info?.child('identity')?.attrs).toMatchObject({ category: 'store', type: 'file' });
    expect(info?.elements().map((one) => one.attrs.var)).toEqual(
      expect.arrayContaining([UPLOAD, 'urn:xmpp:http:upload:purpose:0#message', 'urn:xmpp:http:upload:purpose:0#permanent']),
    );
    const form = info?.child('x', 'jabber:x:data');
    expect(form?.elements().map((field) => [field.attrs.var, field.child('value')?.text()])).toEqual([
      ['FORM_TYPE', UPLOAD],
      ['max-file-size', '104857600'],
    ]);
  });

  it('gives addresses that nobody can guess, and one to upload to that the other does not tell', async () => {
    const w = await createFilesWorld();
    const alice = await w.signIn('alice@example.com/a');
    const slot = (await w.slot(alice, file)).child('slot', UPLOAD);
    const put = slot?.child('put')?.attrs.url ?? '';
    const get = slot?.child('get')?.attrs.url ?? '';
    expect(get).toMatch(/^https:\/\/example\.com:8443\/upload\/[A-Za-z0-9_-]{34}\/tr%C3%A8s%20cool\.jpg$/);
    expect(put).toMatch(/\?key=[A-Za-z0-9_-]{32}$/);
    expect(put.startsWith(`${get}?`)).toBe(true);
    const other = (await w.slot(alice, file)).child('slot', UPLOAD)?.child('get')?.attrs.url;
    expect(other).not.toBe(get);
  });

  it('names the address that the administrator gave', async () => {
    const w = await createFilesWorld({ baseUrl: 'https://files.example.net' });
    const alice = await w.signIn('alice@example.com/a');
    expect((await w.slot(alice, file)).child('slot')?.child('get')?.attrs.url).toMatch(/^https:\/\/files\.example\.net\/upload\//);
  });

  it('keeps the purpose', async () => {
    const w = await createFilesWorld();
    const alice = await w.signIn('alice@example.com/a');
    await w.slot(alice, file, "<ephemeral xmlns='urn:xmpp:http:upload:purpose:0'/>");
    await w.slot(alice, file);
    expect([...w.stores.state.files.values()].map((row) => row.purpose)).toEqual(['ephemeral', 'message']);
    const unknown = await w.slot(alice, file, "<whatever xmlns='urn:xmpp:http:upload:purpose:0'/>");
    expect(w.condition(unknown)).toBe('cancel feature-not-implemented');
  });

  it.each([
    ["size='1'", 'modify bad-request'],
    ["filename='a'", 'modify bad-request'],
    ["filename=' ' size='1'", 'modify bad-request'],
    ["filename='a' size='0'", 'modify bad-request'],
    ["filename='a' size='-1'", 'modify bad-request'],
    ["filename='a' size='1e3'", 'modify bad-request'],
    ["filename='a' size='99999999999999999999'", 'modify bad-request'],
    ["filename='a' size='1' content-type='nonsense'", 'modify bad-request'],
    ["filename='a.exe' size='1'", 'modify not-acceptable'],
    ["filename='a' size='104857601'", 'modify not-acceptable'],
  ])('refuses %s with %s', async (attrs, condition) => {
    const w = await createFilesWorld();
    const alice = await w.signIn('alice@example.com/a');
    expect(w.condition(await w.slot(alice, attrs))).toBe(condition);
    expect(w.stores.state.files.size).toBe(0);
  });

  it('tells the limit to whoever goes over it', async () => {
    const w = await createFilesWorld({ maxSize: 20_000 });
    const alice = await w.signIn('alice@example.com/a');
    const error = (await w.slot(alice, file)).child('error');
    expect(error?.child('file-too-large', UPLOAD)?.child('max-file-size')?.text()).toBe('20000');
  });

  it('refuses more than a person may have, and says when to try again', async () => {
    const w = await createFilesWorld({ quota: 40_000, dailyAmount: 0 });
    const alice = await w.signIn('alice@example.com/a');
    const bob = await w.signIn('bob@example.com/b');
    expect((await w.slot(alice, file)).attrs.type).toBe('result');
    expect(w.condition(await w.slot(alice, file))).toBe('wait resource-constraint');
    expect((await w.slot(bob, file)).attrs.type).toBe('result');
    w.settings.set({ ...w.settings.get(), quota: 0, dailyAmount: 40_000 });
    const daily = await w.slot(alice, file);
    expect(w.condition(daily)).toBe('wait resource-constraint');
    expect(daily.child('error')?.child('retry', UPLOAD)?.attrs.stamp).toBe('2026-01-01T01:00:00Z');
  });

  it('slows who asks too often', async () => {
    const w = await createFilesWorld({ slotsPerMinute: 2 });
    const alice = await w.signIn('alice@example.com/a');
    await w.slot(alice, file);
    await w.slot(alice, file);
    const third = await w.slot(alice, file);
    expect(w.condition(third)).toBe('wait policy-violation');
    expect(third.child('error')?.child('retry', UPLOAD)?.attrs.stamp).toBe('2026-01-01T00:00:30Z');
    w.clock.advance(30_000);
    expect((await w.slot(alice, file)).attrs.type).toBe('result');
  });

  it('leaves room on the disk', async () => {
    const w = await createFilesWorld({ keepFree: 1_000_000 });
    w.blobs.free = 1_010_000;
    const alice = await w.signIn('alice@example.com/a');
    expect(w.condition(await w.slot(alice, file))).toBe('wait resource-constraint');
    expect((await w.slot(alice, "filename='a' size='10000'")).attrs.type).toBe('result');
  });

  it('is not offered while it is turned off or stopped', async () => {
    const w = await createFilesWorld();
    const alice = await w.signIn('alice@example.com/a');
    w.settings.set({ ...w.settings.get(), upload: false });
    expect(w.condition(await w.slot(alice, file))).toBe('cancel service-unavailable');
    expect(w.router.hosts.itemsFor('example.com').map((item) => item.jid)).not.toContain('upload.example.com');
    w.settings.set({ ...w.settings.get(), upload: true });
    w.files.setUploads(false);
    expect(w.condition(await w.slot(alice, file))).toBe('cancel service-unavailable');
  });

  it('answers nobody but its domain, and each request once', async () => {
    const w = await createFilesWorld();
    const alice = await w.signIn('alice@example.com/a');
    for (const to of ['someone@upload.example.com', 'upload.example.com/x'])
      expect(w.condition(await w.ask(alice, to, `<request xmlns='${UPLOAD}' ${file}/>`))).toBe('cancel service-unavailable');
    expect(w.condition(await w.ask(alice, 'upload.example.com', "<query xmlns='jabber:iq:version'/>"))).toBe('cancel service-unavailable');
    expect(w.condition(await w.ask(alice, 'upload.example.com', `<request xmlns='${UPLOAD}' ${file}/>`, 'set'))).toBe(
      'cancel service-unavailable',
    );
  });
});
