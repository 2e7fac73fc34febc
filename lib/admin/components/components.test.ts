import { describe, expect, it } from 'vitest';
import { adminFixture, viewerOf } from '../../testing/admin-fixture.ts';
import type { ComponentsControl } from '../shared/define.ts';

type State = ReturnType<ComponentsControl['states']>[number];
function fixture(states: State[] = [], service: string | null = null) {
  const ended: string[] = [];
  const control: ComponentsControl = {
    states: () => states,
    ports: () => [{ name: 'Components', port: 5347 }],
    seal: (secret) => `sealed ${secret.length}`,
    serviceOf: () => service,
    disconnect: (domain) => states.some((state) => state.domain === domain && state.since !== null) && ended.push(domain) > 0,
  };
  const admin = adminFixture({ components: control });
  const changes: string[] = [];
  admin.events.on('component.changed', ({ domain, what }) => void changes.push(`${domain} ${what}`));
  return { ...admin, ended, changes, viewer: viewerOf('administrator') };
}
const connected: State = {
  domain: 'irc.example.com',
  since: 1_700_000_000_000,
  address: '192.0.2.9',
  encrypted: true,
  received: 3,
  sent: 4,
  returned: 5,
};

describe('external components', () => {
  it('get a secret that is shown once and stored sealed', async () => {
    const { api, stores, viewer, changes } = fixture();
    const made = await api.components.add(viewer, { domain: 'IRC.example.com', title: 'IRC' });
    if (!made.ok) throw new Error(made.fault.message);
    expect(made.value.secret.length).toBeGreaterThanOrEqual(24);
    expect(made.value.component).toMatchObject({ domain: 'irc.example.com', title: 'IRC', enabled: true, state: 'away' });
    expect(await stores.components.list()).toMatchObject([
      { domain: 'irc.example.com', sealedSecret: `sealed ${made.value.secret.length}` },
    ]);
    expect(changes).toEqual(['irc.example.com added']);
    const { items } = await stores.audit.find({ limit: 10 });
    expect(items[0]).toMatchObject({ action: 'component.add', targetKey: 'component:irc.example.com', result: 'done' });
    expect(JSON.stringify(items)).not.toContain(made.value.secret);
  });

  it('are refused a weak secret, a name that is taken, and one that is none', async () => {
    const { api, stores, viewer } = fixture();
    await stores.domains.add('example.com' as never);
    const faults = [
      await api.components.add(viewer, { domain: 'irc.example.com', secret: 'too short' }),
      await api.components.add(viewer, { domain: 'example.com' }),
      await api.components.add(viewer, { domain: 'not a domain' }),
      await fixture([], 'Rooms').api.components.add(viewer, { domain: 'rooms.example.com' }),
    ].map((result) => (result.ok ? 'made' : result.fault.code));
    expect(faults).toEqual(['components.weakSecret', 'components.taken', 'domains.invalid', 'components.taken']);
    await api.components.add(viewer, { domain: 'irc.example.com' });
    const again = await api.components.add(viewer, { domain: 'irc.example.com' });
    expect(again.ok ? '' : again.fault.code).toBe('components.exists');
  });

  it('are listed with what they do now', async () => {
    const { api, viewer } = fixture([connected]);
    await api.components.add(viewer, { domain: 'irc.example.com' });
    await api.components.add(viewer, { domain: 'sms.example.com', enabled: false });
    const listed = await api.components.list(viewer, {});
    expect(listed.ok && listed.value).toMatchObject({
      items: [
        { domain: 'irc.example.com', state: 'connected', address: '192.0.2.9', encrypted: true, received: 3, sent: 4, returned: 5 },
        { domain: 'sms.example.com', state: 'disabled', since: null },
      ],
      ports: [{ name: 'Components', port: 5347 }],
    });
    expect(JSON.stringify(listed)).not.toContain('sealed');
  });

  it('are changed, get new secrets, are disconnected and removed, and each tells the engine', async () => {
    const { api, stores, viewer, changes, ended } = fixture([connected]);
    await api.components.add(viewer, { domain: 'irc.example.com' });
    const changed = await api.components.update(viewer, { domain: 'irc.example.com', title: 'Chat', enabled: false });
    expect(changed.ok && changed.value).toMatchObject({ title: 'Chat', enabled: false, state: 'disabled' });
    const renewed = await api.components.renewSecret(viewer, { domain: 'irc.example.com' });
    expect(renewed.ok && renewed.value.secret.length).toBeGreaterThanOrEqual(24);
    expect((await api.components.disconnect(viewer, { domain: 'irc.example.com' })).ok).toBe(true);
    expect(ended).toEqual(['irc.example.com']);
    expect((await api.components.delete(viewer, { domains: ['irc.example.com'] })).ok).toBe(true);
    expect(await stores.components.list()).toEqual([]);
    expect(changes.map((change) => change.split(' ')[1])).toEqual(['added', 'updated', 'updated', 'removed']);
    const gone = [
      await api.components.update(viewer, { domain: 'irc.example.com', title: 'x' }),
      await api.components.renewSecret(viewer, { domain: 'irc.example.com' }),
      await api.components.disconnect(viewer, { domain: 'irc.example.com' }),
      await api.components.delete(viewer, { domains: ['irc.example.com'] }),
    ].map((result) => (result.ok ? 'done' : result.fault.code));
    expect(gone).toEqual(Array(4).fill('components.missing'));
  });

  it('are seen by every role and changed by administrators alone', async () => {
    const { api } = fixture();
    for (const role of ['operator', 'read-only'] as const) {
      expect((await api.components.list(viewerOf(role), {})).ok).toBe(true);
      expect((await api.components.add(viewerOf(role), { domain: 'irc.example.com' })).ok).toBe(false);
    }
  });
});
