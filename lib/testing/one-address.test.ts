import { expect, test } from 'vitest';
import { createMessageWorld } from './message-world.ts';

/** Letter case and width that preparation folds (RFC 7622 §3.3): the same person, however a client writes them. */
test.each(['BOB@Example.COM', 'ｂｏｂ@example.com', 'Bob@EXAMPLE.com.'])(
  '%s is one person to messages, archive, block list and contacts',
  async (written) => {
    const world = createMessageWorld();
    const alice = await world.signIn('alice@example.com/a');
    const bob = await world.signIn('bob@example.com/b');
    world.chat(alice, written, 'hello', 'm1');
    await world.rest();
    expect(bob.bodies()).toEqual(['hello']);
    alice.take();
    world.say(
      alice,
      `<iq type='set' id='q'><query xmlns='urn:xmpp:mam:2'><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>urn:xmpp:mam:2</value></field><field var='with'><value>${written}</value></field></x></query></iq>`,
    );
    await world.until(() => alice.sent.some(({ xml }) => xml.includes("id='q'")));
    expect(alice.take().filter((el) => el.name === 'message')).toHaveLength(1);
    world.say(alice, `<iq type='set' id='b'><block xmlns='urn:xmpp:blocking'><item jid='${written}'/></block></iq>`);
    await world.until(() => alice.sent.some(({ xml }) => xml.includes("id='b'")));
    alice.take();
    world.chat(bob, 'alice@example.com', 'blocked', 'm2');
    await world.rest();
    expect(alice.bodies()).toEqual([]);
  },
);
