import { wholeArchive } from '../clients/archive.ts';
import { enableStreamManagement, type ManagedStream } from '../clients/managed.ts';
import type { RawTarget } from '../clients/raw.ts';
import { isShortage, signInBare } from './traffic.ts';

/** Speaks in a persistent room; what is acknowledged to the speaker must be in the archive of the room. */
export interface Speaker {
  connect(target: RawTarget): Promise<void>;
  speak(): void;
  request(): void;
  waiting(): number;
  cut(): void;
  readonly sent: number;
  readonly acknowledged: number;
  check(target: RawTarget): Promise<{ problems: string[]; repeated: number }>;
}

interface Said {
  acknowledged: boolean;
  resent: boolean;
  refused: boolean;
}

export function createSpeaker(user: string, password: string, domain: string): Speaker {
  const room = `hall@conference.${domain}`;
  const said = new Map<string, Said>();
  const pending = new Set<string>();
  let stream: ManagedStream | null = null;
  let count = 0;
  let acknowledged = 0;
  let made = false;
  const message = (id: string) => `<message to='${room}' type='groupchat' id='${id}'><body>said ${id}</body></message>`;
  const enter = (on: ManagedStream) => {
    const from = on.client.mark();
    on.send(`<presence to='${room}/${user}'><x xmlns='http://jabber.org/protocol/muc'><history maxstanzas='0'/></x></presence>`, '');
    return on.client.element(
      'own presence in the room',
      (element) => element.name === 'presence' && element.source.includes("code='110'"),
      {
        from,
      },
    );
  };
  return {
    async connect(target) {
      const client = await signInBare(target, user, password, 'hall');
      const on = await enableStreamManagement(client, {
        onAcknowledged(id) {
          const record = said.get(id);
          if (!record) return;
          if (!record.acknowledged) acknowledged++;
          record.acknowledged = true;
          pending.delete(id);
        },
      });
      const counting = client.tap;
      client.tap = (element) => {
        const record = element.name === 'message' ? said.get(element.attrs.id ?? '') : undefined;
        if (record !== undefined && isShortage(element)) {
          record.refused = true;
          pending.delete(element.attrs.id ?? '');
        }
        return counting?.(element) ?? false;
      };
      await enter(on);
      if (!made) {
        made = true;
        const form = { FORM_TYPE: 'http://jabber.org/protocol/muc#roomconfig', 'muc#roomconfig_persistentroom': '1' };
        const fields = Object.entries(form).map(([name, value]) => `<field var='${name}'><value>${value}</value></field>`);
        const from = client.mark();
        // Through the managed stream: what it does not know of would spoil its count of what was acknowledged.
        on.send(
          `<iq type='set' id='configure' to='${room}'><query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'>${fields.join('')}</x></query></iq>`,
          '',
        );
        const answer = await client.element('the room is made', (element) => element.attrs.id === 'configure', { from });
        if (answer.attrs.type !== 'result') throw new Error(`the room could not be made persistent: ${answer.source}`);
      }
      stream = on;
      for (const id of pending) {
        const record = said.get(id);
        if (record) record.resent = true;
        on.send(message(id), id);
      }
      on.request();
    },
    speak() {
      if (!stream || stream.client.closed) return;
      const id = `${user}-${String(++count).padStart(16, '0')}`;
      said.set(id, { acknowledged: false, resent: false, refused: false });
      pending.add(id);
      stream.send(message(id), id);
    },
    request: () => stream?.request(),
    waiting: () => pending.size,
    cut: () => stream?.client.cut(),
    get sent() {
      return said.size;
    },
    get acknowledged() {
      return acknowledged;
    },
    async check(target) {
      const reader = await signInBare(target, user, password, 'reader');
      const kept = new Map<string, number>();
      for (const { id } of await wholeArchive(reader, room)) kept.set(id, (kept.get(id) ?? 0) + 1);
      await reader.close();
      const problems: string[] = [];
      let repeated = 0;
      for (const [id, record] of said) {
        const times = kept.get(id) ?? 0;
        if (record.acknowledged && !record.refused && times === 0) problems.push(`${id} is not in the archive of the room`);
        // What was committed and not acknowledged when the server died is sent again by its speaker, and kept again: a room takes no sides.
        if (times > 1 && record.resent) repeated++;
        else if (times > 1) problems.push(`${id} is ${times} times in the archive of the room`);
      }
      return { problems, repeated };
    },
  };
}
