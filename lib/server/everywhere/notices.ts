/** Announcements reach the people of all nodes: each node tells its own. */
import type { Log } from '../../kernel/log.ts';
import type { Notices, NoticeText } from '../../notices/index.ts';
import type { Questions } from '../../xmpp/cluster/questions.ts';

interface Reached {
  readonly people: number;
  readonly devices: number;
}

export function createNoticesEverywhere(deps: { readonly here: Notices; readonly questions: Questions; readonly log: Log }): Notices {
  const { here, questions, log } = deps;
  questions.answer('notices.online', (payload) => {
    const { text, domain } = payload as { text: NoticeText; domain?: string };
    return here.tellOnline(text, domain);
  });
  questions.answer('notices.motd', async () => {
    await here.reload();
    return here.tellMotd();
  });

  async function everywhere(what: string, payload: object, ours: Promise<Reached>): Promise<Reached> {
    const [mine, { answers, silent }] = await Promise.all([ours, questions.askAll(what, payload)]);
    if (silent.length > 0) log.warn('notices.nodes-silent', { nodes: silent.join(', ') });
    let { people, devices } = mine;
    for (const answer of answers as readonly Reached[]) {
      people += answer.people;
      devices += answer.devices;
    }
    return { people, devices };
  }

  return {
    ...here,
    tellOnline: (text, domain) =>
      everywhere('notices.online', { text, ...(domain === undefined ? {} : { domain }) }, here.tellOnline(text, domain)),
    tellMotd: () => everywhere('notices.motd', {}, here.tellMotd()),
  };
}
