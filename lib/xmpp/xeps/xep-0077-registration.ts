/**
 * In-band registration (XEP-0077): making an account before sign-in and removing one's own need `xmpp.inBandRegistration`; changing one's own
 * password in a session is always allowed.
 */
import type { XmppValues } from '../../config/schema/index.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Fault } from '../../kernel/faults.ts';
import { type Domain, makeJid, prepareLocalpart } from '../../kernel/jid.ts';
import type { Live } from '../../kernel/live.ts';
import type { Registration } from '../c2s/ports.ts';
import type { ClientSession } from '../c2s/session.ts';
import type { IqAnswer, MaybePromise, Protocol, Room } from '../router/hooks.ts';
import { type Element, el } from '../stanza/element.ts';
import { NS } from '../stanza/namespaces.ts';
import type { StanzaFault } from '../stanza/stanza.ts';
import type { OwnAccounts } from './ports.ts';

export const protocol: Protocol = {
  number: 'XEP-0077',
  title: 'In-Band Registration',
  version: '2.4',
  status: 'complete',
  note: 'Off unless turned on.',
};

/** Accounts one address may ask for in one window: slows a script, lets a class of pupils through. */
const PER_ADDRESS = 300;
const WINDOW_MS = 60_000;

const isOff: StanzaFault = {
  condition: 'not-allowed',
  type: 'cancel',
  text: 'Accounts are made and removed by the administrators of this server.',
};
const incomplete: StanzaFault = { condition: 'bad-request', type: 'modify', text: 'A user name and a password are needed.' };
const notYours: StanzaFault = { condition: 'not-allowed', type: 'cancel', text: 'You can change your own password only.' };
const tooMany: StanzaFault = {
  condition: 'resource-constraint',
  type: 'wait',
  text: 'Too many accounts were asked for from your address. Try again later.',
};

function stanzaFaultOf(fault: Fault): StanzaFault {
  const text = [fault.message, ...Object.values(fault.fields ?? {})].join(' ');
  switch (fault.kind) {
    case 'conflict':
      return { condition: 'conflict', type: 'cancel', text };
    case 'invalid':
      return { condition: 'not-acceptable', type: 'modify', text };
    case 'busy':
    case 'down':
      return { condition: 'resource-constraint', type: 'wait', text };
    case 'missing':
      return { condition: 'item-not-found', type: 'cancel', text };
    case 'refused':
      return { condition: 'not-allowed', type: 'cancel', text };
    case 'bug':
      return { condition: 'internal-server-error', type: 'cancel', text };
  }
}

export interface InBandRegistration {
  readonly room: Room;
  /** For streams that are not signed in. */
  readonly preAuth: Registration;
}

export function createRegistration(deps: { accounts: OwnAccounts; settings: Live<XmppValues>; clock: Clock }): InBandRegistration {
  const { accounts, settings, clock } = deps;
  let asked = new Map<string, number>();
  let windowEnds = 0;

  function isTooOften(address: string): boolean {
    const now = clock.monotonic();
    if (now >= windowEnds) {
      asked = new Map();
      windowEnds = now + WINDOW_MS;
    }
    const count = (asked.get(address) ?? 0) + 1;
    asked.set(address, count);
    return count > PER_ADDRESS;
  }

  const preAuth: Registration = {
    fields: () =>
      el(
        'query',
        NS.register,
        {},
        el('instructions', NS.register, {}, 'Choose a user name and a password.'),
        el('username', NS.register),
        el('password', NS.register),
        el('email', NS.register),
      ),
    async submit(domain: Domain, query: Element, address: string) {
      if (!settings.get().inBandRegistration) return isOff;
      const username = query.child('username', NS.register)?.text() ?? '';
      const password = query.child('password', NS.register)?.text() ?? '';
      if (username === '' || password === '') return incomplete;
      const local = prepareLocalpart(username);
      if (local === null || local === '')
        return { condition: 'jid-malformed', type: 'modify', text: 'This user name cannot be part of an address.' };
      if (isTooOften(address)) return tooMany;
      const mail = query.child('email', NS.register)?.text() ?? '';
      const made = await accounts.register(makeJid(local, domain, '').bare, password, mail, address);
      return made.ok ? null : stanzaFaultOf(made.fault);
    },
  };

  function handle(session: ClientSession, type: string, payload: Element): MaybePromise<IqAnswer> {
    const { jid, bare } = session.user;
    if (type === 'get')
      return {
        result: el(
          'query',
          NS.register,
          {},
          el('registered', NS.register),
          el('username', NS.register, {}, jid.local),
          el('password', NS.register),
        ),
      };
    if (payload.child('remove', NS.register) !== undefined) return remove(session, payload);
    const username = payload.child('username', NS.register)?.text() ?? '';
    const password = payload.child('password', NS.register)?.text() ?? '';
    if (username === '' || password === '') return { fault: incomplete };
    if (prepareLocalpart(username) !== jid.local) return { fault: notYours };
    return lasting(session, async () => {
      const changed = await accounts.changePassword(bare, password, session.id);
      return changed.ok ? { result: null } : { fault: stanzaFaultOf(changed.fault) };
    });
  }

  function remove(session: ClientSession, payload: Element): MaybePromise<IqAnswer> {
    if (!settings.get().inBandRegistration) return { fault: isOff };
    // "MUST NOT" hold anything besides (XEP-0077 §3.2).
    if (payload.elements().length !== 1) return { fault: { condition: 'bad-request', type: 'modify' } };
    return lasting(session, async () => {
      const removed = await accounts.remove(session.user.bare, session.id);
      if (!removed.ok) return { fault: stanzaFaultOf(removed.fault) };
      // §3.2, example 10: the answer first, then the end of the stream. It is sent before the next turn of the event loop.
      setImmediate(() => session.end('not-authorized', 'This account was removed.'));
      return { result: null };
    });
  }

  return {
    preAuth,
    room: {
      name: 'registration',
      iq: [
        {
          ns: NS.register,
          name: 'query',
          targets: ['server', 'self'],
          types: ['get', 'set'],
          handle: ({ session, iq, payload }) => handle(session, iq.type, payload),
        },
      ],
      features: { server: [NS.register] },
      protocols: [protocol],
    },
  };
}

/** The acknowledgement of the request waits for what it changes. */
async function lasting(session: ClientSession, work: () => Promise<IqAnswer>): Promise<IqAnswer> {
  const hold = session.holdAck();
  try {
    return await work();
  } finally {
    hold.done();
  }
}
