import { describe, expect, it } from 'vitest';
import type { Domain } from '../../kernel/jid.ts';
import type { ComponentRow } from '../../xmpp/components/ports.ts';
import { type MakeStores, useStores } from './make.ts';

const row = (domain: string, more: Partial<ComponentRow> = {}): ComponentRow => ({
  domain: domain as Domain,
  title: '',
  enabled: true,
  sealedSecret: 'sealed',
  createdAt: 1_700_000_000_000,
  ...more,
});

export function describeComponentsContract(name: string, make: MakeStores): void {
  describe(`components: ${name}`, () => {
    const stores = useStores(make);

    it('keeps each domain once and lists them in order', async () => {
      const { components } = stores();
      expect(await components.add(row('sms.example', { title: 'SMS', enabled: false }))).toBe('added');
      expect(await components.add(row('irc.example'))).toBe('added');
      expect(await components.add(row('irc.example', { title: 'other' }))).toBe('exists');
      expect(await components.list()).toEqual([row('irc.example'), row('sms.example', { title: 'SMS', enabled: false })]);
    });

    it('changes only what is named, and says when there is nothing to change or remove', async () => {
      const { components } = stores();
      await components.add(row('irc.example', { title: 'IRC' }));
      expect(await components.update('irc.example' as Domain, { enabled: false })).toBe(true);
      expect(await components.update('irc.example' as Domain, { sealedSecret: 'new' })).toBe(true);
      expect(await components.list()).toEqual([row('irc.example', { title: 'IRC', enabled: false, sealedSecret: 'new' })]);
      expect(await components.update('none.example' as Domain, { enabled: false })).toBe(false);
      expect([await components.remove('irc.example' as Domain), await components.remove('irc.example' as Domain)]).toEqual([true, false]);
      expect(await components.list()).toEqual([]);
    });
  });
}
