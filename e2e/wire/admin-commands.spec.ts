/** Service administration (XEP-0133) by a real client of an administrator, and its effect on others. */
import { beforeAll, describe, expect, it } from 'vitest';
import { type SlixClient, startSlix } from '../clients/slix.ts';
import { type Person, withServer } from './harness.ts';

const on = withServer({ people: 10 });
const node = (name: string) => `http://jabber.org/protocol/admin#${name}`;

interface Step {
  readonly status: string;
  readonly session: string;
  readonly form: { readonly type: string; readonly fields: readonly { readonly var: string; readonly values: readonly string[] }[] } | null;
  readonly note: { readonly type: string; readonly text: string } | null;
}

let administrator: SlixClient;
beforeAll(async () => {
  await on.server.mustCommand('users', 'add', 'chief', '--password', 'The-Chief-Password-1', '--admin');
  administrator = await on.slix({ user: 'chief', password: 'The-Chief-Password-1', jid: 'chief@localhost' });
});

/** Executes a command and completes its form. */
async function run(client: SlixClient, name: string, values: Readonly<Record<string, string | readonly string[]>> = {}): Promise<Step> {
  const first = await client.do<Step>('adhoc', { to: 'localhost', node: node(name) });
  if (first.status !== 'executing') return first;
  return client.do<Step>('adhoc', {
    to: 'localhost',
    node: node(name),
    action: 'complete',
    session: first.session,
    values: { FORM_TYPE: 'http://jabber.org/protocol/admin', ...values },
  });
}

async function signsIn(person: Person): Promise<boolean> {
  const client = await startSlix(person.user);
  try {
    return (await client.try('connect', { jid: person.jid, password: person.password, host: on.target.host, port: on.target.port })).ok;
  } finally {
    await client.stop();
  }
}

describe('an administrator', () => {
  it('finds the commands by service discovery', async () => {
    const items = await administrator.do<{ node: string }[]>('disco_items', {
      jid: 'localhost',
      node: 'http://jabber.org/protocol/commands',
    });
    expect(items.map((item) => item.node)).toEqual(
      expect.arrayContaining(['add-user', 'delete-user', 'disable-user', 'change-user-password', 'end-user-session'].map(node)),
    );
  });

  it('adds a person, who can sign in at once', async () => {
    const step = await run(administrator, 'add-user', {
      accountjid: 'newcomer@localhost',
      password: 'Newcomer-Password-1',
      'password-verify': 'Newcomer-Password-1',
      email: 'newcomer@example.com',
      given_name: 'New',
      surname: 'Comer',
    });
    expect(step.status).toBe('completed');
    expect(await signsIn({ user: 'newcomer', password: 'Newcomer-Password-1', jid: 'newcomer@localhost' })).toBe(true);
  });

  it('is told why a person cannot be added twice', async () => {
    const person = on.person();
    const outcome = await administrator.try('adhoc', { to: 'localhost', node: node('add-user') });
    expect(outcome.ok).toBe(true);
    const session = (outcome as { result: Step }).result.session;
    const second = await administrator.try('adhoc', {
      to: 'localhost',
      node: node('add-user'),
      action: 'complete',
      session,
      values: { accountjid: person.jid, password: 'Another-Password-1', 'password-verify': 'Another-Password-1' },
    });
    const said = second.ok ? (second.result as Step).note : { type: 'error', text: second.error };
    expect(said?.type).toBe('error');
    expect(said?.text).not.toBe('');
  });

  it('changes a password: the old one no longer works', async () => {
    const person = on.person();
    expect((await run(administrator, 'change-user-password', { accountjid: person.jid, password: 'Fresh-Password-1' })).status).toBe(
      'completed',
    );
    expect(await signsIn(person)).toBe(false);
    expect(await signsIn({ ...person, password: 'Fresh-Password-1' })).toBe(true);
  });

  it('ends the sessions of a person', async () => {
    const person = on.person();
    const client = await on.slix(person);
    const from = client.mark();
    expect((await run(administrator, 'end-user-session', { accountjids: [person.jid] })).status).toBe('completed');
    await client.next('disconnected', undefined, { from });
  });

  it('disables a person, whose session ends and who cannot sign in, until enabled again', async () => {
    const person = on.person();
    const client = await on.slix(person);
    const from = client.mark();
    expect((await run(administrator, 'disable-user', { accountjids: [person.jid] })).status).toBe('completed');
    await client.next('disconnected', undefined, { from });
    expect(await signsIn(person)).toBe(false);
    expect((await run(administrator, 'reenable-user', { accountjids: [person.jid] })).status).toBe('completed');
    expect(await signsIn(person)).toBe(true);
  });

  it('counts people and sessions', async () => {
    const step = await run(administrator, 'get-registered-users-num');
    const value = step.form?.fields.find((field) => field.var === 'registeredusersnum')?.values[0];
    expect(Number(value)).toBeGreaterThanOrEqual(11);
  });

  it('deletes a person', async () => {
    const person = on.person();
    expect((await run(administrator, 'delete-user', { accountjids: [person.jid] })).status).toBe('completed');
    expect(await signsIn(person)).toBe(false);
  });
});

describe('anybody else', () => {
  it('may not use them, nor see them', async () => {
    const client = await on.slix(on.person());
    const refused = await client.try('adhoc', { to: 'localhost', node: node('add-user') });
    expect(refused).toMatchObject({ ok: false, error: 'forbidden' });
    const items = await client.do<{ node: string }[]>('disco_items', { jid: 'localhost', node: 'http://jabber.org/protocol/commands' });
    expect(items.filter((item) => item.node.includes('admin#'))).toEqual([]);
  });
});
