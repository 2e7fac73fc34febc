import { describe, expect, it } from 'vitest';
import { parseJid } from '../kernel/jid.ts';
import { elementOf } from '../testing/fake-session.ts';
import { readStanza } from '../xmpp/stanza/read.ts';
import type { MessageStanza } from '../xmpp/stanza/stanza.ts';
import { isArchivable, isCopied, mayWait, traitsOf } from './classify.ts';

const from = parseJid('alice@example.com/a');
function message(type: string, inner: string): MessageStanza {
  const read = from && readStanza(elementOf(`<message type='${type}' to='bob@example.com'>${inner}</message>`), from, '');
  if (!read?.ok || read.value.kind !== 'message') throw new Error('no message');
  return read.value;
}

const body = '<body>hi</body>';
const hint = (name: string) => `<${name} xmlns='urn:xmpp:hints'/>`;
const state = (name: string) => `<${name} xmlns='http://jabber.org/protocol/chatstates'/>`;
const receipt = "<received xmlns='urn:xmpp:receipts' id='1'/>";
const omemo = "<encrypted xmlns='eu.siacs.conversations.axolotl'/>";
const isPrivate = "<private xmlns='urn:xmpp:carbons:2'/>";
const roomMark = "<x xmlns='http://jabber.org/protocol/muc#user'/>";
const invitation = "<x xmlns='http://jabber.org/protocol/muc#user'><invite from='x@example.com'/></x>";
const direct = "<x xmlns='jabber:x:conference' jid='room@chat.example.com'/>";

/** type, content, waits offline, archived, copied in, copied out, locks the conversation */
const rows: readonly [string, string, string, boolean, boolean, boolean, boolean, boolean][] = [
  ['a chat with a body', 'chat', body, true, true, true, true, true],
  ['a normal message with a body', 'normal', body, true, true, true, true, true],
  ['a normal message with a subject only', 'normal', '<subject>x</subject>', false, false, false, false, false],
  ['a headline', 'headline', body, false, false, false, false, true],
  ['a groupchat message', 'groupchat', body, false, false, false, false, true],
  ['an error with a body', 'error', body, false, false, true, true, true],
  ['an empty error', 'error', "<error type='cancel'/>", false, false, false, false, false],
  ['a chat state alone', 'chat', state('composing'), false, false, true, true, false],
  ['a chat state in a normal message', 'normal', state('active'), false, false, true, true, false],
  ['a receipt', 'chat', receipt, true, true, true, true, false],
  ['a receipt in a normal message', 'normal', receipt, true, true, true, true, false],
  ['an encrypted message', 'chat', omemo, true, true, true, true, true],
  ['a marker', 'chat', "<displayed xmlns='urn:xmpp:chat-markers:0' id='1'/>", true, true, true, true, false],
  ['a retraction', 'chat', "<retract xmlns='urn:xmpp:message-retract:1' id='1'/>", true, true, true, true, false],
  ['a reaction', 'chat', "<reactions xmlns='urn:xmpp:reactions:0' id='1'/>", true, true, true, true, false],
  ['a call', 'chat', "<propose xmlns='urn:xmpp:jingle-message:0' id='1'/>", true, true, true, true, false],
  ['a mediated invitation', 'normal', invitation, true, true, true, true, false],
  ['a direct invitation', 'normal', direct, true, true, true, true, false],
  ['no-store', 'chat', body + hint('no-store'), false, false, true, true, true],
  ['no-permanent-store', 'chat', body + hint('no-permanent-store'), true, false, true, true, true],
  ['store without body', 'chat', hint('store'), true, true, true, true, false],
  ['no-copy', 'chat', body + hint('no-copy'), true, true, false, false, true],
  ['private', 'chat', body + isPrivate, true, true, false, false, true],
  ['hints on an error, which mean nothing', 'error', body + hint('no-copy') + hint('store'), false, false, true, true, true],
  ['a private message of a room', 'chat', body + roomMark, true, true, false, true, true],
];

describe('what kind of message it is', () => {
  it.each(rows)('%s', (_, type, inner, waits, archived, copiedIn, copiedOut, locks) => {
    const stanza = message(type, inner);
    const traits = traitsOf(stanza);
    expect({
      waits: mayWait(stanza, traits),
      archived: isArchivable(stanza, traits),
      copiedIn: isCopied(stanza, traits, false),
      copiedOut: isCopied(stanza, traits, true),
      locks: traits.isWritten,
    }).toEqual({ waits, archived, copiedIn, copiedOut, locks });
  });
});
