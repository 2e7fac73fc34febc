/**
 * Software version (XEP-0092), both ways: the server tells its own (never the operating system), and asks each session once, when it first becomes
 * available, so that administrators see which clients people use.
 */
import type { ClientSession } from '../c2s/session.ts';
import type { Protocol, Room } from '../router/hooks.ts';
import { type Element, el } from '../stanza/element.ts';
import type { AskClient } from './ports.ts';
import { formElement } from './xep-0004-forms.ts';

export const protocol: Protocol = { number: 'XEP-0092', title: 'Software Version', version: '1.1', status: 'complete' };

const infoProtocol: Protocol = {
  number: 'XEP-0232',
  title: 'Software Information',
  version: '0.3',
  status: 'complete',
  note: 'Name and version of the server.',
};

const VERSION = 'jabber:iq:version';
const SOFTWARE = 'Rollcall';
const MAX_LENGTH = 120;

/** One printable line, whatever the client wrote. */
const oneLine = (text: string): string =>
  text
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, MAX_LENGTH);

/** The same in the server's disco#info (XEP-0232), so that who asks for that need not ask again. */
export const softwareForm = (version: string): Element =>
  formElement('result', 'urn:xmpp:dataforms:softwareinfo', [
    { name: 'software', type: 'text-single', values: [SOFTWARE] },
    { name: 'software_version', type: 'text-single', values: [version] },
  ]);

/** `changed` is told after `session.client` was learned. */
export function createVersion(deps: { version: string; ask: AskClient; changed: (session: ClientSession) => void }): Room {
  const asked = new WeakSet<ClientSession>();
  const query = el('query', VERSION);
  return {
    name: 'version',
    hooks: [
      {
        hook: 'presence.broadcast',
        stage: 'observe',
        run(session, stanza) {
          if (stanza.type !== '' || asked.has(session)) return undefined;
          asked.add(session);
          deps.ask.ask(session, query, (answer) => {
            if (answer === null || answer.ns !== VERSION) return;
            const told = oneLine(`${answer.child('name', VERSION)?.text() ?? ''} ${answer.child('version', VERSION)?.text() ?? ''}`);
            if (told === '') return;
            session.client = told;
            deps.changed(session);
          });
          return undefined;
        },
      },
    ],
    iq: [
      {
        ns: VERSION,
        name: 'query',
        targets: ['server'],
        types: ['get'],
        handle: () => ({ result: el('query', VERSION, {}, el('name', VERSION, {}, SOFTWARE), el('version', VERSION, {}, deps.version)) }),
      },
    ],
    features: { server: [VERSION] },
    protocols: [protocol, infoProtocol],
  };
}
