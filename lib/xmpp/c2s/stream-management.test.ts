import { describe, expect, test } from 'vitest';
import { AckQueue } from './ack-queue.ts';
import { HandledCount } from './handled-count.ts';
import { HeldStanzas, senderOf } from './held-stanzas.ts';
import { readCount, StreamManagement } from './stream-management.ts';

describe('counters of 32 bits', () => {
  test('acknowledgement goes on over the wrap', () => {
    const queue = new AckQueue(0xffff_fffe);
    for (const xml of ['<a/>', '<b/>', '<c/>', '<d/>']) queue.push(xml, null);
    expect(queue.sent).toBe(2);
    expect(queue.acknowledge(3)).toBe(false);
    expect(queue.acknowledge(0)).toBe(true);
    expect([queue.length, queue.bytes]).toEqual([2, 8]);
    expect(queue.acknowledge(0xffff_ffff)).toBe(false);
    expect(queue.acknowledge(2)).toBe(true);
    expect([queue.length, queue.bytes, queue.sent]).toEqual([0, 0, 2]);
  });
  test('the handled count wraps to 0', () => {
    const handled = new HandledCount(() => undefined, 0xffff_ffff);
    expect(handled.h).toBe(0xffff_ffff);
    handled.begin();
    handled.end();
    expect(handled.h).toBe(0);
  });
  test('only unsigned 32-bit numbers are counts', () => {
    expect(readCount('4294967295')).toBe(0xffff_ffff);
    for (const bad of ['4294967296', '-1', '1.5', '', ' 1', 'x', undefined]) expect(readCount(bad)).toBe(null);
  });
});

describe('acknowledging after commits', () => {
  const counting = () => {
    const answers: string[] = [];
    const sm = new StreamManagement('id', 60, (xml) => answers.push(xml));
    const stanza = (holds: number) => {
      sm.handled.begin();
      const taken = Array.from({ length: holds }, () => sm.handled.hold());
      sm.handled.end();
      return taken;
    };
    return { sm, answers, stanza };
  };
  test('each request is answered as soon as everything before it is committed, later holds or not', () => {
    const { sm, answers, stanza } = counting();
    const [first] = stanza(1);
    sm.asked();
    const [second] = stanza(1);
    sm.asked();
    stanza(1);
    expect(answers).toEqual([]);
    first?.done();
    expect(answers).toEqual(["<a xmlns='urn:xmpp:sm:3' h='1'/>"]);
    second?.done();
    expect(answers).toEqual(["<a xmlns='urn:xmpp:sm:3' h='1'/>", "<a xmlns='urn:xmpp:sm:3' h='2'/>"]);
  });
  test('a stanza with several holds counts when the last is done; done twice is done once', () => {
    const { sm, stanza } = counting();
    const holds = stanza(2);
    holds[0]?.done();
    holds[0]?.done();
    expect(sm.handled.h).toBe(0);
    holds[1]?.done();
    expect(sm.handled.h).toBe(1);
  });
  test('a hold that is done at once does not let its stanza count before its handling returns', () => {
    const { sm } = counting();
    sm.handled.begin();
    sm.handled.hold()?.done();
    expect(sm.handled.h).toBe(0);
    sm.handled.end();
    expect(sm.handled.h).toBe(1);
  });
  test('what was given up is not counted later, and nothing can be held outside of a stanza', () => {
    const { sm, stanza } = counting();
    expect(sm.handled.hold()).toBe(null);
    const [hold] = stanza(1);
    sm.handled.giveUp();
    hold?.done();
    expect([sm.handled.h, sm.handled.isSettled]).toEqual([0, true]);
    stanza(0);
    expect(sm.handled.h).toBe(1);
  });
});

describe('unacknowledged queue', () => {
  test('a live client gets time for a burst, but not for ever; while hibernating the limit is exact', () => {
    const sm = new StreamManagement('id', 60, () => undefined);
    for (let i = 0; i < 11; i++) sm.queue.push('<presence/>', null);
    sm.request(1_000);
    expect(sm.isOverfull(10, 1_000_000, true, 2_000)).toBe(false);
    expect(sm.isOverfull(10, 1_000_000, true, 40_000)).toBe(true);
    expect(sm.isOverfull(10, 1_000_000, false, 2_000)).toBe(true);
    expect(sm.isOverfull(11, 100, false, 2_000)).toBe(true);
    expect(sm.isOverfull(11, 1_000, false, 2_000)).toBe(false);
  });
  test('asks once, and again only after an answer', () => {
    const sm = new StreamManagement(null, 0, () => undefined);
    expect(sm.requestIfNeeded(5)).toBe('');
    sm.queue.push('<presence/>', null);
    expect(sm.requestIfNeeded(5)).toBe("<r xmlns='urn:xmpp:sm:3'/>");
    expect(sm.requestIfNeeded(6)).toBe('');
    expect(sm.answered('1')).toBe(true);
    sm.queue.push('<presence/>', null);
    expect(sm.requestIfNeeded(7)).not.toBe('');
  });
  test('keeps watchers of replaced stanzas until what stands before them is acknowledged', () => {
    const queue = new AckQueue();
    let told = 0;
    queue.push('<message/>', null);
    queue.hold("<presence id='1'/>", null, 'k');
    queue.whenAcknowledged(() => told++);
    queue.hold("<presence id='2'/>", null, 'k');
    expect(queue.replay()).toEqual(['<message/>', "<presence id='2'/>"]);
    queue.acknowledge(1);
    expect(told).toBe(1);
    expect(queue.covers(2)).toBe(true);
    expect(queue.covers(3)).toBe(false);
  });
  test('stays in order through thousands of stanzas acknowledged in pieces', () => {
    const queue = new AckQueue();
    let acked = 0;
    for (let i = 0; i < 5_000; i++) {
      queue.push(`<m${i}/>`, null);
      if (i % 7 !== 6) continue;
      acked += 6;
      queue.acknowledge(acked);
    }
    expect(queue.length).toBe(5_000 - acked);
    expect(queue.replay().slice(0, 2)).toEqual([`<m${acked}/>`, `<m${acked + 1}/>`]);
  });
});

describe('held stanzas', () => {
  test('read the sender out of the first tag only', () => {
    expect(senderOf("<presence from='a@b/c' id='1'/>")).toBe('a@b/c');
    expect(senderOf("<message><x from='a@b/c'/></message>")).toBe(null);
    expect(senderOf('<presence/>')).toBe(null);
  });
  test('say when it is enough, by number and by size', () => {
    const held = new HeldStanzas();
    let count = 0;
    while (held.add('<message/>', null, null)) count++;
    expect(count).toBe(199);
    expect(held.take()).toHaveLength(200);
    expect([held.isEmpty, held.shift()]).toEqual([true, null]);
    expect(held.add('x'.repeat(200_000), null, null)).toBe(false);
  });
});
