import { describe, expect, it } from 'vitest';
import { adminFixture, viewerOf } from '../../testing/admin-fixture.ts';

const ana = viewerOf('administrator', { name: 'ana' });
const bob = viewerOf('administrator', { name: 'bob' });

describe('settings of an administrator', () => {
  it('change at once, with a record of old and new and an event', async () => {
    const { api, deps, told, stores } = adminFixture();
    const saved = await api.settings.set(ana, { key: 'im.offlineMax', value: '900' });
    expect(saved.ok && saved.value.lines[0]?.says).toContain('500 messages becomes 900 messages');
    expect(deps.settings.section('im').get().offlineMax).toBe(900);
    expect(told.find((event) => event.name === 'settings.changed')?.payload).toMatchObject({
      keys: ['im.offlineMax'],
      by: 'ana',
      version: 1,
    });
    expect((await stores.audit.find({ limit: 1 })).items[0]).toMatchObject({
      action: 'settings.save',
      actor: 'ana',
      targetKey: 'setting:im.offlineMax',
      before: { 'im.offlineMax': 500 },
      after: { 'im.offlineMax': 900 },
    });
    const shown = await api.settings.get(ana, { key: 'im.offlineMax' });
    expect(shown.ok && shown.value).toMatchObject({
      value: 900,
      changed: true,
      valueText: '900 messages',
      defaultText: '500 messages',
      lastChange: { by: 'ana' },
    });
  });

  it('saved from an old form are a conflict that shows what the other did; other settings are none', async () => {
    const { api, deps } = adminFixture();
    const form = await api.settings.sections(ana, { section: 'im' });
    const version = form.ok ? form.value.version : -1;
    await api.settings.save(bob, { version, values: { 'im.offlineMax': 800 } });
    const other = await api.settings.save(ana, { version, values: { 'im.lockTimeout': 300 } });
    expect(other.ok).toBe(true);
    const mine = await api.settings.save(ana, { version, values: { 'im.offlineMax': 700, 'im.enabled': false } });
    expect(mine.ok || mine.fault).toMatchObject({
      code: 'settings.conflict',
      kind: 'conflict',
      message: 'Offline messages per person was changed by bob since this form was opened. Look at their value, then save again.',
      details: { theirs: [{ by: 'bob', changes: [{ key: 'im.offlineMax', fromText: '500 messages', toText: '800 messages' }] }] },
    });
    expect(deps.settings.section('im').get()).toMatchObject({ offlineMax: 800, enabled: true });
  });

  it('are saved all or none', async () => {
    const { api, deps } = adminFixture();
    const saved = await api.settings.save(ana, { version: 0, values: { 'im.offlineMax': 800, 'im.lockTimeout': 1 } });
    expect(saved.ok || saved.fault.fields).toEqual({ 'im.lockTimeout': 'It is from 10 s to 1 day, for example 90s, 10m or 2h.' });
    expect(deps.settings.section('im').get().offlineMax).toBe(500);
  });

  it('are undone by a new save of the old values, once', async () => {
    const { api, deps } = adminFixture();
    await api.settings.set(ana, { key: 'im.offlineMax', value: 900 });
    const saved = await api.settings.save(ana, { version: 1, values: { 'im.offlineMax': 800, 'im.enabled': false } });
    const undone = await api.settings.undo(bob, { id: saved.ok ? saved.value.changeId : '' });
    expect(undone.ok && undone.value).toMatchObject({ by: 'bob', undoes: saved.ok && saved.value.changeId });
    expect(deps.settings.section('im').get()).toMatchObject({ offlineMax: 900, enabled: true });
    const twice = await api.settings.undo(bob, { id: saved.ok ? saved.value.changeId : '' });
    expect(twice.ok || twice.fault.code).toBe('settings.overtaken');
    const unknown = await api.settings.undo(bob, { id: 'nothing' });
    expect(unknown.ok || unknown.fault.kind).toBe('missing');
    const history = await api.settings.history(ana, { limit: 2 });
    expect(history.ok && history.value.items.map((item) => item.version)).toEqual([3, 2]);
    expect(history.ok && history.value.next).toBe(2);
    expect(history.ok && history.value.items[1]?.says).toBe('im.enabled: on becomes off; im.offlineMax: 900 messages becomes 800 messages');
    const ofOne = await api.settings.history(ana, { key: 'im.enabled' });
    expect(ofOne.ok && ofOne.value.items).toHaveLength(2);
  });

  it('go back to the default, and setting what is so already changes nothing', async () => {
    const { api, deps } = adminFixture();
    await api.settings.set(ana, { key: 'im.enabled', value: 'off' });
    expect((await api.settings.reset(ana, { key: 'im.enabled' })).ok).toBe(true);
    expect(deps.settings.section('im').get().enabled).toBe(true);
    const same = await api.settings.set(ana, { key: 'im.enabled', value: 'on' });
    expect(same).toEqual({ ok: true, value: { version: 2, changeId: '', lines: [] } });
  });

  it('are previewed in words without being changed', async () => {
    const { api, deps } = adminFixture();
    const preview = await api.settings.preview(ana, { values: { 'presence.enabled': false, 'im.enabled': true } });
    expect(preview.ok && preview.value.lines.map((line) => [line.key, line.warning])).toEqual([
      ['presence.enabled', 'Everyone appears offline to everyone else at once.'],
    ]);
    expect(deps.settings.section('presence').get().enabled).toBe(true);
  });

  it('are found by words, listed by section, and only the changed ones on demand', async () => {
    const { api } = adminFixture();
    const found = await api.settings.search(ana, { query: 'offline person sender' });
    expect(found.ok && found.value.items[0]).toMatchObject({ key: 'im.offlineMaxPerSender', page: '/messaging/settings' });
    await api.settings.set(ana, { key: 'im.enabled', value: false });
    const changed = await api.settings.list(ana, { changed: true });
    expect(changed.ok && changed.value.items.map((item) => item.key)).toEqual(['im.enabled']);
    const unknown = await api.settings.list(ana, { section: 'xmp' });
    expect(unknown.ok || unknown.fault.message).toContain('Did you mean the section "xmpp"?');
  });

  it('with an unknown name are refused with the nearest', async () => {
    const { api } = adminFixture();
    for (const result of [
      await api.settings.set(ana, { key: 'im.enable', value: 'on' }),
      await api.settings.get(ana, { key: 'im.enable' }),
      await api.settings.reset(ana, { key: 'im.enable' }),
    ]) {
      expect(result.ok || result.fault.message).toContain('Did you mean "im.enabled"?');
    }
  });

  it('that are secrets are told to nobody: not in answers, history, record or refusal, and their mask saves nothing', async () => {
    const { api, deps, stores } = adminFixture();
    const secret = 'north-by-northwest';
    const answers: unknown[] = [
      await api.settings.set(ana, { key: 'calls.turnSecret', value: secret }),
      await api.settings.get(ana, { key: 'calls.turnSecret' }),
      await api.settings.sections(ana, { section: 'calls' }),
      await api.settings.list(ana, { section: 'calls' }),
      await api.settings.history(ana, {}),
      await api.settings.set(viewerOf('read-only'), { key: 'calls.turnSecret', value: secret }),
      await api.settings.set(ana, { key: 'calls.turnSecret', value: secret.repeat(20) }),
    ];
    expect(deps.settings.section('calls').get().turnSecret).toBe(secret);
    const version = deps.settings.version;
    answers.push(await api.settings.save(ana, { version, values: { 'calls.turnSecret': '••••••••', 'im.offlineMax': 700 } }));
    expect(deps.settings.section('calls').get()).toMatchObject({ turnSecret: secret });
    answers.push(await api.settings.set(ana, { key: 'calls.turnSecret', value: 'another one' }));
    expect(deps.settings.section('calls').get().turnSecret).toBe('another one');
    answers.push((await stores.audit.find({ limit: 100 })).items);
    const text = JSON.stringify(answers);
    expect(text).not.toContain(secret);
    expect(text).not.toContain('another one');
    expect(text).toContain('another value');
  });
});
