/** What becomes of a lost session that nobody resumes. */
import { describe, expect, it } from 'vitest';
import { enableStreamManagement } from '../clients/managed.ts';
import { becomeAvailable } from '../clients/raw.ts';
import { childText } from '../clients/xml.ts';
import { bodies, chat, settled, withServer } from './harness.ts';

const on = withServer({ people: 6, settings: { 'xmpp.resumeTimeout': 1 } });

describe('a lost session that is not resumed in time', () => {
  it('is told to those who saw it, and its messages wait in the offline store, once', async () => {
    const [anna, bela] = [on.person(), on.person()];
    const a = await on.raw(anna);
    const client = await on.raw(bela, { presence: false });
    await enableStreamManagement(client);
    await becomeAvailable(client);
    client.send(`<presence to='${anna.jid}'/>`);
    await a.element('presence', (element) => element.name === 'presence' && element.attrs.from === client.jid);
    client.cut();
    a.send(chat(bela.jid, 'e-1', 'on the way'));
    await a.element(
      'unavailable',
      (element) => element.name === 'presence' && element.attrs.type === 'unavailable' && element.attrs.from === client.jid,
      { timeoutMs: 20_000 },
    );
    const again = await on.raw(bela);
    await again.element('the message', (element) => childText(element, 'body') === 'on the way');
    await settled(again);
    expect(bodies(again)).toEqual(['on the way']);
  });
});
