/** Stanzas a second of CPU time of framer and serializer, the best of seven rounds. Run: npx tsx bench/parser.ts */

import { parseJid } from '../lib/kernel/jid.ts';
import type { Element } from '../lib/xmpp/stanza/element.ts';
import { readStanza } from '../lib/xmpp/stanza/read.ts';
import { serialize } from '../lib/xmpp/stanza/serialize.ts';
import { Framer } from '../lib/xmpp/stream/framer.ts';

const limits = {
  maxBytes: 262_144,
  maxDepth: 64,
  maxAttributes: 64,
  maxAttributeLength: 8192,
  maxElements: 5000,
  maxNamespaces: 128,
  maxNameLength: 256,
};
const HEADER = "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='example.com' version='1.0'>";

const stanza = (i: number): string =>
  i % 4 === 3
    ? `<presence id='p${i}'><show>away</show><status>In a meeting until noon, back after lunch</status><priority>5</priority><c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='https://example.org/client' ver='QgayPKawpkPSDYmwT/WM94uAlu0='/><x xmlns='vcard-temp:x:update'><photo>5b1b1a2ff0f1f8f6b3b4a4c5d6e7f8a9b0c1d2e3</photo></x></presence>`
    : `<message to='user${i % 500}@example.com/desk' type='chat' id='6f1f0f8e-${i}'><body>Could you look at the second draft before the meeting? It is in the folder of the team, number ${i}.</body><request xmlns='urn:xmpp:receipts'/><active xmlns='http://jabber.org/protocol/chatstates'/><origin-id xmlns='urn:xmpp:sid:0' id='6f1f0f8e-${i}'/></message>`;

const texts = Array.from({ length: 2_000 }, (_, i) => stanza(i));
const wire = texts.map((t) => Buffer.from(t));
const octets = wire.reduce((n, b) => n + b.length, 0) / wire.length;
const joined = Buffer.concat(wire);
const chunks: Buffer[] = [];
for (let i = 0; i < joined.length; i += 1448) chunks.push(joined.subarray(i, i + 1448));

function best(name: string, count: number, run: () => void): void {
  let rate = 0;
  for (let round = 0; round < 7; round++) {
    const began = process.cpuUsage();
    run();
    const spent = process.cpuUsage(began);
    rate = Math.max(rate, count / ((spent.user + spent.system) / 1e6));
  }
  console.log(`${name.padEnd(48)} ${Math.round(rate).toLocaleString('en').padStart(10)} /s  ${Math.round((rate * octets) / 1e6)} MB/s`);
}

function opened(): Framer {
  const framer = new Framer(limits);
  framer.push(Buffer.from(HEADER));
  framer.next();
  return framer;
}
const ROUNDS = 100;
let sink = 0;
const els: Element[] = [];
const one = opened();
for (const chunk of wire) {
  one.push(chunk);
  const frame = one.next();
  if (frame?.is === 'element') els.push(frame.el);
  one.next();
}
if (els.length !== texts.length) throw new Error('the corpus was not read');
const from = parseJid('alice@example.com/desk');
if (from === null) throw new Error('no address');

console.log(`average ${Math.round(octets)} octets a stanza`);
const feed = (framer: Framer, list: readonly Buffer[]) => {
  for (const chunk of list) {
    framer.push(chunk);
    for (let frame = framer.next(); frame !== null; frame = framer.next()) if (frame.is === 'element') sink++;
  }
};
const total = texts.length * ROUNDS;
best('frame, one stanza a chunk', total, () => {
  for (let r = 0; r < ROUNDS; r++) feed(one, wire);
});
best('frame, chunks of 1,448 octets', total, () => {
  for (let r = 0; r < ROUNDS; r++) feed(one, chunks);
});
const many = Array.from({ length: 2_000 }, opened);
best('frame, 2,000 streams in turn', total, () => {
  for (let r = 0; r < ROUNDS; r++) {
    for (let i = 0; i < wire.length; i++) {
      const framer = many[i] as Framer;
      framer.push(wire[i] as Buffer);
      for (let frame = framer.next(); frame !== null; frame = framer.next()) if (frame.is === 'element') sink++;
    }
  }
});
best('serialize', total, () => {
  for (let r = 0; r < ROUNDS; r++) for (const el of els) sink += serialize(el, 'jabber:client').length;
});
best('frame, read stanza, render for the recipient', total, () => {
  for (let r = 0; r < ROUNDS; r++) {
    for (const chunk of wire) {
      one.push(chunk);
      for (let frame = one.next(); frame !== null; frame = one.next()) {
        if (frame.is !== 'element') continue;
        const read = readStanza(frame.el, from, '');
        if (read.ok) sink += read.value.render().length;
      }
    }
  }
});
if (sink === 0) throw new Error('nothing was measured');
