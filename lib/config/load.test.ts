import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadEnvironment, loadSettingsFile } from './load.ts';

describe('the environment', () => {
  it('has the documented defaults', () => {
    const loaded = loadEnvironment({});
    expect(loaded.ok && loaded.value).toMatchObject({
      dataDir: resolve('data'),
      bind: '0.0.0.0',
      httpBind: '127.0.0.1',
      ports: { http: 8080, https: 8443, xmpp: 5222, xmpps: 5223, s2s: 5269, sip: 5060, sips: 5061 },
      domain: 'localhost',
      adminUsername: 'admin',
      adminPassword: null,
      databaseUrl: null,
      natsUrl: null,
      settingsFile: null,
      mode: 'production',
      warnings: [],
    });
  });

  it('takes what is given, and prepares the domain', () => {
    const loaded = loadEnvironment({
      ROLLCALL_DOMAIN: 'Bücher.Example.',
      ROLLCALL_XMPP_PORT: '0',
      ROLLCALL_ADMIN_PASSWORD: ' a b ',
      DATABASE_URL: 'postgresql://u:p@h/db',
    });
    expect(loaded.ok && loaded.value).toMatchObject({
      domain: 'bücher.example',
      adminPassword: ' a b ',
      databaseUrl: 'postgresql://u:p@h/db',
    });
    expect(loaded.ok && loaded.value.ports.xmpp).toBe(0);
  });

  it.each([
    [{ ROLLCALL_XMPP_PORT: '70000' }, 'ROLLCALL_XMPP_PORT is "70000", but a port is a number from 1 to 65535'],
    [{ ROLLCALL_HTTP_PORT: 'http' }, 'ROLLCALL_HTTP_PORT'],
    [{ ROLLCALL_DOMAIN: 'under_score.example' }, 'ROLLCALL_DOMAIN'],
    [{ ROLLCALL_NODE: 'two words' }, 'ROLLCALL_NODE'],
    [{ ROLLCALL_BIND: '0.0.0.0; rm' }, 'ROLLCALL_BIND'],
    [{ NATS_URL: 'http://x' }, 'NATS_URL'],
  ])('refuses %j with the variable and what it accepts', (env, says) => {
    const loaded = loadEnvironment(env);
    expect(loaded.ok || loaded.fault.message).toContain(says);
  });

  it('never repeats a database URL, which may hold a password', () => {
    const loaded = loadEnvironment({ DATABASE_URL: 'mysql://u:hunter2@h/db' });
    expect(loaded.ok || JSON.stringify(loaded.fault)).not.toContain('hunter2');
  });

  it('tells the nearest name of a variable that means nothing', () => {
    const loaded = loadEnvironment({ ROLLCALL_HTTPS_PROT: '1' });
    expect(loaded.ok && loaded.value.warnings).toEqual([
      'ROLLCALL_HTTPS_PROT means nothing to Rollcall. Did you mean ROLLCALL_HTTPS_PORT?',
    ]);
  });
});

describe('the settings file', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rollcall-load-'));
  });
  afterAll(() => rm(folder, { recursive: true }));
  const file = async (name: string, content: string) => {
    await writeFile(join(folder, name), content);
    return loadSettingsFile(join(folder, name));
  };

  it('may be flat or by section', async () => {
    const loaded = await file('a.json', '{"im.enabled": false, "xmpp": {"resumeTimeout": "5m"}, "server.contactAdmin": ["mailto:a@b"]}');
    expect(loaded).toEqual({ ok: true, value: { 'im.enabled': false, 'xmpp.resumeTimeout': '5m', 'server.contactAdmin': ['mailto:a@b'] } });
    expect(await loadSettingsFile(null)).toEqual({ ok: true, value: {} });
  });

  it.each([
    ['b.json', '{"im.enabled": ', 'it is not JSON'],
    ['c.json', '[1]', 'it must be one JSON object'],
  ])('refuses %s', async (name, content, why) => {
    const loaded = await file(name, content);
    expect(loaded.ok || loaded.fault.message).toContain(why);
  });

  it('says when it is not there', async () => {
    const loaded = await loadSettingsFile(join(folder, 'none.json'));
    expect(loaded.ok || loaded.fault.message).toContain('cannot be read');
  });
});
