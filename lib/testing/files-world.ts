/** The files room in the message world: people, the upload service, the proxy, memory for rows and contents. */

import type { FilesValues } from '../config/schema/index.ts';
import { createFiles } from '../files/index.ts';
import { liveBox } from '../kernel/live.ts';
import { silentLog } from '../kernel/log.ts';
import type { Element } from '../xmpp/stanza/element.ts';
import { person } from './contracts/make.ts';
import type { FakeSession } from './fake-session.ts';
import { settingsBox } from './fixed-settings.ts';
import { memoryBlobs } from './memory/index.ts';
import { createMessageWorld } from './message-world.ts';

const UPLOAD = 'urn:xmpp:http:upload:0';

export async function createFilesWorld(change: Partial<FilesValues> = {}) {
  const world = createMessageWorld();
  const settings = settingsBox('files', change);
  const blobs = memoryBlobs();
  blobs.free = 100_000_000_000;
  const files = createFiles({
    router: () => world.router,
    store: world.stores.files,
    blobs,
    imDomains: liveBox<ReadonlySet<string>>(new Set(['example.com'])),
    settings,
    httpOrigin: (domain) => `https://${domain}:8443`,
    secret: 'the secret of the test',
    clock: world.clock,
    log: silentLog,
  });
  world.router.add(files.room);
  files.setUploads(true);
  await world.stores.accounts.create(['alice', 'bob', 'carol'].map((name) => person(name)));
  let count = 0;

  /** Asks and gives the whole answer. */
  async function ask(session: FakeSession, to: string, xml: string, type = 'get'): Promise<Element> {
    const id = `ask${++count}`;
    session.take();
    world.say(session, `<iq type='${type}' to='${to}' id='${id}'>${xml}</iq>`);
    let answer: Element | undefined;
    await world.until(() => {
      answer ??= session.take().find((stanza) => stanza.attrs.id === id);
      return answer !== undefined;
    });
    return answer as Element;
  }

  return {
    ...world,
    world,
    files,
    blobs,
    settings,
    ask,
    condition: (answer: Element) => {
      const error = answer.child('error');
      return `${error?.attrs.type} ${error?.elements()[0]?.name}`;
    },
    slot: (session: FakeSession, attrs: string, inside = '') =>
      ask(session, 'upload.example.com', `<request xmlns='${UPLOAD}' ${attrs}>${inside}</request>`),
    /** A slot as the two paths it names. */
    async paths(session: FakeSession, name: string, size: number, type = '') {
      const answer = await ask(
        session,
        'upload.example.com',
        `<request xmlns='${UPLOAD}' filename='${name}' size='${size}'${type === '' ? '' : ` content-type='${type}'`}/>`,
      );
      const slot = answer.child('slot', UPLOAD);
      const path = (which: string) => (slot?.child(which)?.attrs.url ?? '').replace(/^https:\/\/[^/]+/, '');
      return { put: path('put'), get: path('get') };
    },
  };
}
