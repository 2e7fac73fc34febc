/** Files with real clients (slixmpp): uploads by HTTP, and transfers from client to client, in-band and through the proxy. */
import { createHash, randomBytes } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ClientEvent } from '../clients/driver.ts';
import type { SlixClient } from '../clients/slix.ts';
import { freePort } from '../peers/process.ts';
import { type Person, withServer } from './harness.ts';

const proxyPort = await freePort();
const on = withServer({
  people: 20,
  settings: { 'files.proxyPort': proxyPort, 'files.proxyHost': '127.0.0.1', 'presence.autoAuthorize': true, 'files.keepFree': 0 },
});
beforeAll(async () => {
  // slixmpp checks certificates of the address it uploads to; this server signs its own.
  await on.server.mustCommand('settings', 'set', 'files.baseUrl', `http://127.0.0.1:${on.server.ports.http}`);
});

interface FileEvent extends ClientEvent {
  readonly by: string;
  readonly size: number;
  readonly sha256: string;
}
interface Sent {
  readonly size: number;
  readonly sha256: string;
}
interface PresenceEvent extends ClientEvent {
  readonly from: string;
  readonly type: string;
}
const sha256 = (bytes: Buffer | ArrayBuffer) =>
  createHash('sha256')
    .update(Buffer.from(bytes as ArrayBuffer))
    .digest('hex');

/** Two people who see each other, as clients must before they exchange requests. */
async function friends(): Promise<{ anna: SlixClient; bob: SlixClient; annasName: Person }> {
  const [annasName, bobsName] = [on.person(), on.person()];
  const [anna, bob] = [await on.slix(annasName), await on.slix(bobsName)];
  await anna.do('presence', { to: bobsName.jid, type: 'subscribe' });
  await bob.do('presence', { to: annasName.jid, type: 'subscribe' });
  for (const [one, other] of [
    [anna, bob],
    [bob, anna],
  ] as const)
    await one.next<PresenceEvent>('presence', (event) => event.from === other.jid && event.type === 'available');
  return { anna, bob, annasName };
}
const uploadOf = (client: SlixClient, name: string, content: Buffer, type?: string) =>
  client.do<string>('upload', { name, content: content.toString('base64'), ...(type === undefined ? {} : { type }) });

describe('an upload', () => {
  it('by slixmpp comes back byte for byte, and the operator sees it', async () => {
    const person = on.person();
    const client = await on.slix(person);
    const content = randomBytes(3_000_000);
    const url = await uploadOf(client, 'très cool.bin', content, 'application/octet-stream');
    const answer = await fetch(url);
    expect(answer.status).toBe(200);
    expect(sha256(await answer.arrayBuffer())).toBe(sha256(content));
    expect(answer.headers.get('content-disposition')).toContain('attachment');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    const piece = await fetch(url, { headers: { range: 'bytes=1000000-1000009' } });
    expect(Buffer.from(await piece.arrayBuffer()).equals(content.subarray(1_000_000, 1_000_010))).toBe(true);

    const listed = JSON.parse(await on.server.mustCommand('files', 'list', '--person', person.user, '--json')) as {
      items: { id: string; name: string; size: number; sha256: string }[];
    };
    expect(listed.items).toMatchObject([{ name: 'très cool.bin', size: 3_000_000, sha256: sha256(content) }]);
    const log = JSON.parse(await on.server.mustCommand('files', 'log', person.user, '--json')) as { items: { what: string }[] };
    expect(log.items.map((row) => row.what).sort()).toEqual(['download', 'upload']);
    await on.server.mustCommand('files', 'delete', url);
    expect((await fetch(url)).status).toBe(404);
  });

  it('that was acknowledged is there after the node is killed, and one that was not is no more', async () => {
    const client = await on.slix(on.person());
    const content = randomBytes(500_000);
    const url = await uploadOf(client, 'kept.bin', content);
    const half = await client.do<string>('query', {
      to: 'upload.localhost',
      payload: "<request xmlns='urn:xmpp:http:upload:0' filename='half.bin' size='1000000'/>",
    });
    const target = new URL((/put[^>]*url="([^"]+)"/.exec(half)?.[1] ?? '').replaceAll('&amp;', '&'));
    const broken = httpRequest(target, { method: 'PUT', headers: { 'content-length': '1000000' } });
    broken.on('error', () => undefined);
    await new Promise<void>((resolve) => broken.write(randomBytes(300_000), () => resolve()));
    await on.server.crash();
    await on.server.restart();
    expect(sha256(await (await fetch(url)).arrayBuffer())).toBe(sha256(content));
    const rest = JSON.parse(await on.server.mustCommand('files', 'list', 'half', '--json')) as { items: unknown[] };
    expect(rest.items).toEqual([]);
  });

  it('goes with its account', async () => {
    const person = on.person();
    const client = await on.slix(person);
    const url = await uploadOf(client, 'a.bin', randomBytes(10));
    expect((await fetch(url)).status).toBe(200);
    await on.server.mustCommand('users', 'remove', person.user);
    await expect.poll(async () => (await fetch(url)).status, { timeout: 15_000 }).toBe(404);
  });
});

describe('a transfer between clients', () => {
  it('in-band arrives whole (XEP-0047)', async () => {
    const { anna, bob } = await friends();
    await bob.do('receive_files');
    const sent = await anna.do<Sent>('send_in_band', { to: bob.jid, size: 200_000 });
    const got = await bob.next<FileEvent>('file', (event) => event.by === 'ibb', { timeoutMs: 30_000 });
    expect({ size: got.size, sha256: got.sha256 }).toEqual(sent);
  });

  it('in-band is slowed by the limits of its session, not broken', async () => {
    await on.server.mustCommand('settings', 'set', 'xmpp.bytesPerSecond', '65536');
    try {
      const { anna, bob } = await friends();
      await bob.do('receive_files');
      const sent = await anna.do<Sent>('send_in_band', { to: bob.jid, size: 400_000 });
      const got = await bob.next<FileEvent>('file', (event) => event.by === 'ibb', { timeoutMs: 30_000 });
      expect({ size: got.size, sha256: got.sha256 }).toEqual(sent);
    } finally {
      await on.server.mustCommand('settings', 'set', 'xmpp.bytesPerSecond', '0');
    }
  });

  it('through the proxy of this server arrives whole (XEP-0065)', async () => {
    const { anna, bob } = await friends();
    await bob.do('receive_files');
    const sent = await anna.do<Sent>('send_by_socks', { to: bob.jid, size: 2_000_000 });
    const got = await bob.next<FileEvent>('file', (event) => event.by === 'socks5', { timeoutMs: 30_000 });
    expect({ size: got.size, sha256: got.sha256 }).toEqual(sent);
  });

  it('by stream initiation reaches the other client and its answer comes back (XEP-0095)', async () => {
    const { anna, bob } = await friends();
    const answer = await anna.try('query', {
      to: bob.jid,
      type: 'set',
      payload:
        "<si xmlns='http://jabber.org/protocol/si' id='1' profile='http://jabber.org/protocol/si/profile/file-transfer'><file xmlns='http://jabber.org/protocol/si/profile/file-transfer' name='a' size='1'/></si>",
    });
    // slixmpp does not speak it here, and says so itself: the words are the other client's, not the server's.
    expect(answer).toMatchObject({ ok: false, error: 'feature-not-implemented' });
  });

  it('is refused with a sentence when the administrator turns transfers off', async () => {
    const { anna, bob } = await friends();
    await bob.do('receive_files');
    await on.server.mustCommand('settings', 'set', 'files.transfer', 'false');
    try {
      const refused = await anna.try('send_in_band', { to: bob.jid, size: 10 });
      expect(refused).toMatchObject({ ok: false, error: 'not-allowed' });
      const items = await anna.do<{ jid: string }[]>('disco_items', { jid: 'localhost' });
      expect(items.map((item) => item.jid)).not.toContain('proxy.localhost');
      expect(items.map((item) => item.jid)).toContain('upload.localhost');
    } finally {
      await on.server.mustCommand('settings', 'set', 'files.transfer', 'true');
    }
  });
});
