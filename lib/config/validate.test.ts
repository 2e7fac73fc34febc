import { describe, expect, it } from 'vitest';
import { catalogue } from './catalogue.ts';
import { nearestName } from './nearest.ts';
import { planSave, planUndo, warningOf } from './plan.ts';
import { renderSettingsReference } from './reference.ts';
import { formatSetting, parseSettingText } from './setting-text.ts';
import { problemOf, validateSetting } from './validate.ts';

const settingOf = (key: string) => {
  const entry = catalogue.get(key);
  if (!entry) throw new Error(key);
  return entry.setting;
};

describe('values of settings', () => {
  it.each([
    ['xmpp.resumeTimeout', '10m', 600],
    ['xmpp.resumeTimeout', '1h 30m', 5400],
    ['xmpp.resumeTimeout', '90', 90],
    ['server.loopDelayAlarm', '1s', 1000],
    ['server.loopDelayAlarm', '250', 250],
    ['xmpp.maxStanzaBytes', '256K', 262_144],
    ['xmpp.maxStanzaBytes', '1 MiB', 1_048_576],
    ['xmpp.maxStanzaBytes', '0.5MB', 524_288],
    ['im.enabled', 'off', false],
    ['im.enabled', 'TRUE', true],
    ['im.offlineMax', '1,000', 1000],
    ['archive.defaultPolicy', 'Roster', 'roster'],
    ['server.contactAdmin', 'mailto:a@example.org, xmpp:b@example.org', ['mailto:a@example.org', 'xmpp:b@example.org']],
    ['server.contactAdmin', '["mailto:a@example.org"]', ['mailto:a@example.org']],
    ['server.contactAdmin', '', []],
    ['console.clusterName', 'North 1', 'North 1'],
  ])('%s takes "%s"', (key, text, value) => {
    expect(validateSetting(key, text)).toEqual({ ok: true, value });
  });

  it.each([
    ['xmpp.maxStanzaBytes', '1', 'It is from 10,000 bytes to 10 MiB, for example 64K or 4M.'],
    ['xmpp.authTimeout', '2h', 'It is from 5 s to 10 min, for example 90s, 10m or 2h.'],
    ['xmpp.authTimeout', 'soon', 'It is a whole number from 5 s to 10 min, for example 90s, 10m or 2h.'],
    ['im.enabled', 'maybe', 'It is on or off.'],
    ['im.enabled', 3, 'It is on or off.'],
    ['archive.defaultPolicy', 'some', 'It is one of always, roster, never.'],
    ['presence.maxContacts', -1, 'It is 0 (no limit) or a value from 1 to 100,000 contacts.'],
    ['xmpp.maxDepth', 64.5, 'It is a whole number from 16 to 256 levels.'],
    ['console.clusterName', 'x'.repeat(65), 'It is at most 64 characters; this has 65.'],
    ['console.clusterName', 'two\nlines', 'It is one line.'],
    ['console.bannerText', 'bell\u0007', 'It may not hold control characters.'],
    ['server.contactAdmin', ['', 'x'], 'No entry may be empty.'],
    ['server.contactAdmin', Array(11).fill('x'), 'It has at most 10 entries; this has 11.'],
  ])('%s refuses %j and tells the bounds', (key, value, why) => {
    const checked = validateSetting(key, value);
    expect(checked.ok).toBe(false);
    if (!checked.ok) expect(checked.fault.fields).toEqual({ [key]: why });
  });

  it('suggests the nearest name for an unknown key', () => {
    const checked = validateSetting('im.offlineMesages', 'on');
    expect(checked.ok || checked.fault.message).toBe('There is no setting named "im.offlineMesages". Did you mean "im.offlineMessages"?');
    expect(nearestName('c2sRequireTls', catalogue.keys())).toBe('xmpp.c2sRequireTls');
    expect(nearestName('zzzzzzzzzzzz', catalogue.keys())).toBeNull();
  });

  it('has a default that its own bounds allow, and one that its text form gives back, for every setting', () => {
    expect(catalogue.size).toBeGreaterThan(60);
    for (const { key, setting } of catalogue.values()) {
      expect(problemOf(setting, setting.default), key).toBeNull();
      const text = Array.isArray(setting.default) ? setting.default.join(',') : String(setting.default);
      expect(parseSettingText(setting, text), key).toEqual(setting.default);
    }
  });

  it.each([
    ['xmpp.resumeTimeout', 600, '10 min'],
    ['xmpp.resumeTimeout', 0, 'no resumption'],
    ['xmpp.resumeTimeout', 5_400, '1 h 30 min'],
    ['im.offlineDays', 2_592_000, '30 days'],
    ['xmpp.maxStanzaBytes', 262_144, '256 KiB'],
    ['xmpp.bytesPerSecond', 16_384, '16 KiB/s'],
    ['xmpp.maxPreAuthBytes', 10_000, '10,000 bytes'],
    ['im.enabled', true, 'on'],
    ['presence.maxContacts', 0, 'no limit'],
    ['server.contactAdmin', [], 'none'],
    ['server.loopDelayAlarm', 200, '200 ms'],
  ])('%s shows %j as "%s"', (key, value, text) => {
    expect(formatSetting(settingOf(key), value)).toBe(text);
  });
});

describe('a plan of changes', () => {
  const defaults = (key: string) => settingOf(key).default;

  it('leaves out what is so already and writes null for a default', () => {
    const plan = planSave({ 'im.enabled': true, 'im.offlineMax': 900 }, (key) => (key === 'im.offlineMax' ? 500 : true), 'n1');
    expect(plan.ok && plan.value.writes).toEqual({ 'im.offlineMax': 900 });
    const back = planSave({ 'im.offlineMax': 500 }, () => 900, 'n1');
    expect(back.ok && back.value.writes).toEqual({ 'im.offlineMax': null });
  });

  it('says each change in words, with the warning of its direction and when it applies', () => {
    const plan = planSave({ 'im.enabled': 'off', 'presence.maxContacts': 100, 'xmpp.maxDepth': 32 }, defaults, 'n1');
    expect(plan.ok && plan.value.lines.map((line) => line.says)).toEqual([
      'Enable instant messaging: on becomes off. Applies at once, also to open sessions. No one can send or receive messages until it is on again.',
      'Maximum contact list size (per user): 200 contacts becomes 100 contacts. Applies at once, also to open sessions. People over the new limit keep their contacts but cannot add more.',
      'Nesting of elements: 64 levels becomes 32 levels. Applies to sessions that start from now on.',
    ]);
  });

  it('counts "no limit" as the highest value when it picks the warning', () => {
    const contacts = settingOf('presence.maxContacts');
    expect(warningOf(contacts, 200, 0)).toBe('');
    expect(warningOf(contacts, 0, 200)).toContain('People over the new limit');
  });

  it('warns of values that do nothing together, by the values after the save', () => {
    const alone = planSave({ 'xmpp.c2sPlainWithoutTls': true }, defaults, 'n1');
    expect(alone.ok && alone.value.lines[0]?.warning).toContain('has no effect while');
    const both = planSave({ 'xmpp.c2sPlainWithoutTls': true, 'xmpp.c2sRequireTls': false }, defaults, 'n1');
    expect(both.ok && both.value.lines[0]?.warning).not.toContain('has no effect while');
  });

  it('reports all bad values together', () => {
    const plan = planSave({ 'im.enabled': 'perhaps', 'im.offlineMax': 0, 'no.such': 1 }, defaults, 'n1');
    expect(plan.ok).toBe(false);
    if (!plan.ok) expect(Object.keys(plan.fault.fields ?? {})).toEqual(['im.enabled', 'im.offlineMax']);
  });

  it('stores a setting of a node under its name', () => {
    const plan = planSave({ 'server.xmppPort': 15_222 }, defaults, 'n1');
    expect(plan.ok && plan.value.writes).toEqual({ 'server.xmppPort@n1': 15_222 });
  });

  it('undoes a change, unless a value was changed again since', () => {
    const change = { id: 'c', version: 4, at: 0, by: 'ana', undoes: null, changes: [{ key: 'im.offlineMax', from: null, to: 900 }] };
    expect(planUndo(change, { 'im.offlineMax': 900 })).toEqual({ ok: true, value: { 'im.offlineMax': null } });
    const overtaken = planUndo(change, { 'im.offlineMax': 800 });
    expect(overtaken.ok || overtaken.fault.code).toBe('settings.overtaken');
  });
});

describe('the reference page', () => {
  it('names every setting with default and help', () => {
    const page = renderSettingsReference();
    for (const { key, setting } of catalogue.values()) {
      expect(page).toContain(`| \`${key}\` |`);
      expect(page).toContain(`**${setting.label}.**`);
    }
  });
});
