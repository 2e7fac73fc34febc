import { countMarkers } from './chat.ts';
import { type Connection, signIn } from './connection.ts';
import { pause, spread, startWatch } from './control.ts';
import type { Job, Measured } from './job.ts';
import { createLatency } from './latency.ts';

type JobOf<K extends Job['is']> = Extract<Job, { is: K }>;

interface Occupant {
  readonly connection: Connection;
  readonly room: number;
  messages: number;
  presences: number;
}

const roomName = (room: number, domain: string) => `bench${process.pid}-${room}@conference.${domain}`;

async function arrive(target: JobOf<'rooms'>['target'], options: JobOf<'rooms'>['signIn'], count: number): Promise<Connection[]> {
  const connections: Connection[] = [];
  await spread(count, 16, async (index) => {
    connections[index] = await signIn(target, index + 1, 'room', { ...options, presence: false });
  });
  return connections;
}

function occupy(connection: Connection, room: number, heard: (presences: number) => void): Occupant {
  const occupant: Occupant = { connection, room, messages: 0, presences: 0 };
  const messages = countMarkers('</message>');
  const presences = countMarkers('</presence>');
  connection.onText = (text) => {
    occupant.messages += messages(text);
    const more = presences(text);
    occupant.presences += more;
    heard(more);
  };
  return occupant;
}

/** The first to enter makes the room; it is locked until the defaults are accepted (XEP-0045 §10.1.2). */
function join(connection: Connection, address: string, nick: string): void {
  connection.write(`<presence to='${address}/${nick}'><x xmlns='http://jabber.org/protocol/muc'><history maxstanzas='0'/></x></presence>`);
}
function accept(connection: Connection, address: string): void {
  connection.write(
    `<iq type='set' id='accept' to='${address}'><query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'/></query></iq>`,
  );
}

/** Waits for a count that something received moves. */
function gate() {
  let check: (() => void) | null = null;
  return {
    heard: () => check?.(),
    until: (what: string, holds: () => boolean, seconds = 180): Promise<void> =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          check = null;
          reject(new Error(`${what}: not within ${seconds} s`));
        }, seconds * 1000);
        check = () => {
          if (!holds()) return;
          clearTimeout(timer);
          check = null;
          resolve();
        };
        check();
      }),
  };
}

/**
 * Rooms of equal size. `fill`: everybody enters, one after another in each room as the server lets them; a unit is one who has entered and has
 * seen everybody there. `talk`: the first of each room keeps so many messages under way; a unit is one copy delivered.
 */
export async function measureRooms(job: JobOf<'rooms'>): Promise<Measured> {
  const { rooms, size, target } = job;
  const latency = createLatency();
  const { heard, until } = gate();
  const connections = await arrive(target, job.signIn, rooms * size);
  /** Kept up as they come: adding up thousands of occupants at each chunk would be more work than what is measured. */
  let copies = 0;
  const occupants = connections.map((connection, index) =>
    occupy(connection, index % rooms, (more) => {
      copies += more;
      heard();
    }),
  );
  const inRoom = (room: number) => occupants.filter((occupant) => occupant.room === room);
  let errors = 0;
  let stopping = false;
  for (const connection of connections)
    connection.onClosed = () => {
      if (!stopping) errors++;
    };
  // Rooms first, each with its owner.
  for (let room = 0; room < rooms; room++) join(connections[room] as Connection, roomName(room, target.domain), 'n0');
  await until('every owner is in', () => occupants.slice(0, rooms).every((occupant) => occupant.presences > 0));
  for (let room = 0; room < rooms; room++) accept(connections[room] as Connection, roomName(room, target.domain));
  await pause(1);
  const filling = await startWatch();
  let next = rooms;
  /** So many are entering at the same time; each is in when it has seen all that it was to see. */
  const wide = 8;
  await Promise.all(
    Array.from({ length: wide }, async () => {
      while (next < occupants.length) {
        const index = next++;
        const occupant = occupants[index] as Occupant;
        const began = performance.now();
        join(occupant.connection, roomName(occupant.room, target.domain), `n${Math.floor(index / rooms)}`);
        await occupantIsIn(occupant, Math.floor(index / rooms));
        latency.add(performance.now() - began);
      }
    }),
  );
  // In a room of n the k-th to enter sees k, and everybody there sees him.
  await until('everybody has seen everybody', () => copies >= (rooms * size * (size + 1)) / 2 + (rooms * size * (size - 1)) / 2);
  const filled = await filling.stop(occupants.length - rooms, latency, errors);
  if (job.part === 'fill') return leave(filled);

  await pause(1);
  latency.reset();
  for (const occupant of occupants) occupant.messages = 0;
  let delivered = 0;
  const body = 'x'.repeat(100);
  const speakers = Array.from({ length: rooms }, (_, room) => {
    const all = inRoom(room);
    const [first] = all;
    const sentAt: number[] = [];
    /** How many have received the message of this number; a message is through when all have. */
    const receivedBy = new Map<number, number>();
    let sent = 0;
    const send = () => {
      sentAt[sent % job.outstanding] = performance.now();
      first?.connection.write(
        `<message to='${roomName(room, target.domain)}' type='groupchat' id='g${sent++}'><body>${body}</body></message>`,
      );
    };
    for (const occupant of all) {
      const count = countMarkers('</message>');
      occupant.connection.onText = (text) => {
        const more = count(text);
        delivered += more;
        for (let n = 0; n < more; n++) {
          const message = occupant.messages++;
          const by = (receivedBy.get(message) ?? 0) + 1;
          if (by < all.length) {
            receivedBy.set(message, by);
            continue;
          }
          receivedBy.delete(message);
          latency.add(performance.now() - (sentAt[message % job.outstanding] as number));
          if (!stopping) send();
        }
      };
    }
    return () => {
      for (let n = 0; n < job.outstanding; n++) send();
    };
  });
  for (const start of speakers) start();
  await pause(job.warmSeconds);
  latency.reset();
  const before = delivered;
  const watch = await startWatch();
  await pause(job.seconds);
  return leave(await watch.stop(delivered - before, latency, errors));

  async function occupantIsIn(occupant: Occupant, others: number): Promise<void> {
    for (const end = performance.now() + 60_000; occupant.presences <= others - wide && performance.now() < end; ) await pause(0.002);
  }
  async function leave(measured: Measured): Promise<Measured> {
    stopping = true;
    await pause(1);
    for (const connection of connections) connection.destroy();
    return { ...measured, errors };
  }
}

/** Pages of the personal archive (XEP-0313), forwards from the first; a unit is one message read. What is read was written by the chat before. */
export async function measureArchive(job: JobOf<'archive'>): Promise<Measured> {
  const latency = createLatency();
  const connections = await arrive(job.target, job.signIn, job.readers * 2);
  const pairs = Array.from(
    { length: job.readers },
    (_, pair) => [connections[pair * 2], connections[pair * 2 + 1]] as [Connection, Connection],
  );
  // Written first: some of it is there, and the same everywhere.
  const body = 'x'.repeat(100);
  for (const [index, [writer]] of pairs.entries()) {
    const text = Array.from(
      { length: job.messages },
      (_, n) => `<message to='u${index * 2 + 2}@${job.target.domain}' type='chat' id='a${n}'><body>${body}</body></message>`,
    ).join('');
    writer.write(text);
  }
  await pause(job.warmSeconds + job.messages / 200);
  let items = 0;
  let errors = 0;
  const watch = await startWatch();
  const until = performance.now() + job.seconds * 1000;
  await Promise.all(
    pairs.map(async ([reader]) => {
      let after = '';
      while (performance.now() < until) {
        const began = performance.now();
        reader.write(
          `<iq type='set' id='q'><query xmlns='urn:xmpp:mam:2' queryid='q'><set xmlns='http://jabber.org/protocol/rsm'><max>50</max>${after === '' ? '' : `<after>${after}</after>`}</set></query></iq>`,
        );
        const page = await reader.expect(/.*?<iq[^>]*id=['"]q['"].*?<\/iq>/s);
        latency.add(performance.now() - began);
        const found = page.match(/<result /g)?.length ?? 0;
        items += found;
        if (/type=['"]error/.test(page)) errors++;
        const last = /<last>([^<]*)<\/last>/.exec(page)?.[1] ?? '';
        after = found < 50 || last === '' ? '' : last;
        if (found === 0) await pause(0.05);
      }
    }),
  );
  const measured = await watch.stop(items, latency, errors);
  for (const connection of connections) connection.destroy();
  return { ...measured, errors };
}
