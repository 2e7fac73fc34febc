import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../lib/testing/eventually.ts';
import { type RawClient, signInRaw } from '../clients/raw.ts';
import { childText, type XmlElement } from '../clients/xml.ts';
import { generateUsers, type RunningServer, startServer } from '../fixtures/start-server.ts';
import { type NatsServer, startNats } from '../peers/nats.ts';
import { startSharedDatabase } from '../peers/shared-database.ts';

/** Clients of two whole nodes, who cannot tell that there are two. */
let nats: NatsServer;
let database: { readonly url: string; stop(): Promise<void> };
const nodes: RunningServer[] = [];
const clients: RawClient[] = [];

beforeAll(async () => {
  [nats, database] = await Promise.all([startNats(), startSharedDatabase()]);
  for (const name of ['node-1', 'node-2'])
    nodes.push(
      await startServer({
        env: { ROLLCALL_NODE: name, DATABASE_URL: database.url, NATS_URL: nats.url, ROLLCALL_CLUSTER_SECRET: 'known to these two alone' },
      }),
    );
  const [first] = nodes;
  if (!first) throw new Error('no node');
  // A node that joined is home to people once it stands in a group.
  await first.mustCommand('redundancy', 'add', 'second-group', '--first', 'node-2');
  await generateUsers(first, 'p', 8, 'secret-word-');
});
afterAll(async () => {
  for (const client of clients) client.send('</stream:stream>');
  await Promise.all(nodes.map((node) => node.stop()));
  await Promise.all([nats?.stop(), database?.stop()]);
});

const signIn = async (number: number, node: number): Promise<RawClient> => {
  const server = nodes[node];
  if (!server) throw new Error(`there is no node ${node}`);
  const client = await eventually(
    () => signInRaw({ host: server.host, port: server.ports.xmpp, domain: server.domain }, `p${number}`, `secret-word-${number}`),
    30_000,
  );
  clients.push(client);
  return client;
};
const withBody = (client: RawClient, body: string): Promise<XmlElement> =>
  client.element(`the message "${body}"`, (element) => element.name === 'message' && childText(element, 'body') === body);

describe('clients of different nodes', () => {
  it('have their homes on both, half of them on each', async () => {
    const homes = async (node: string) =>
      (JSON.parse((await nodes[0]?.mustCommand('users', 'homes', '--node', node, '--json')) ?? '') as { items: unknown[] }).items.length;
    await eventually(async () => expect([await homes('node-1'), await homes('node-2')]).toEqual([4, 4]));
  });

  it('write to each other, whichever node is home to whom', async () => {
    const here = await Promise.all([1, 2, 3, 4].map((number) => signIn(number, 0)));
    const there = await Promise.all([5, 6, 7, 8].map((number) => signIn(number, 1)));
    for (const a of here)
      for (const b of there) {
        a.send(`<message to='${b.jid}' type='chat'><body>${a.jid} to ${b.jid}</body></message>`);
        b.send(`<message to='${a.jid}' type='chat'><body>${b.jid} to ${a.jid}</body></message>`);
      }
    for (const a of here)
      for (const b of there) {
        expect((await withBody(b, `${a.jid} to ${b.jid}`)).attrs.from).toBe(a.jid);
        expect((await withBody(a, `${b.jid} to ${a.jid}`)).attrs.from).toBe(b.jid);
      }
  });

  it('are the devices of one person: both get what is written to the bare address', async () => {
    const laptop = await signIn(1, 0);
    const phone = await signIn(1, 1);
    const other = await signIn(5, 0);
    other.send(`<message to='p1@localhost' type='chat'><body>to all of you</body></message>`);
    await withBody(laptop, 'to all of you');
    await withBody(phone, 'to all of you');
  });

  it('lose nothing that was written while the NATS server was away', async () => {
    const a = await signIn(2, 0);
    const b = await signIn(6, 1);
    await nats.kill();
    for (let n = 0; n < 10; n++) a.send(`<message to='${b.jid}' type='chat'><body>while away ${n}</body></message>`);
    await nats.start();
    for (let n = 0; n < 10; n++) await withBody(b, `while away ${n}`);
    expect(b.elements('message').filter((element) => childText(element, 'body')?.startsWith('while away'))).toHaveLength(10);
  });

  it('end with their account, wherever they are', async () => {
    const b = await signIn(8, 1);
    await nodes[0]?.mustCommand('users', 'disable', 'p8');
    await eventually(() => b.closed);
  });
});
