import type { RawTarget } from '../clients/raw.ts';
import { seededRandom } from '../clients/seeded-random.ts';
import { startChatter } from './chatter.ts';
import type { Employee } from './company.ts';
import { createDesk, type Desk } from './desk.ts';
import { answers, openers, statuses } from './phrases.ts';
import { makeRooms } from './rooms.ts';

export interface OfficeCounters {
  online: number;
  messages: number;
  /** Said in rooms. */
  chatter: number;
  presenceChanges: number;
  signIns: number;
  lost: number;
}

export interface Office {
  readonly counters: Readonly<OfficeCounters>;
  close(): Promise<void>;
}

/** Seconds between two things one person does, on average. */
const pace = 45;
/** Share of people who have a second client. */
const phones = 0.2;
/** Signing in is spread over this many seconds, as a morning is. */
const morning = 40;

/**
 * People at their desks: each does something now and then (writes, answers, steps away, goes home and comes back, drives into a tunnel). All
 * by one seed, so that two demonstrations look alike without being the same to the millisecond.
 */
export function openOffice(company: readonly Employee[], sessions: number, targets: readonly RawTarget[]): Office {
  const random = seededRandom(20_260);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const counters: OfficeCounters = { online: 0, messages: 0, chatter: 0, presenceChanges: 0, signIns: 0, lost: 0 };
  const desks = new Map<string, Desk[]>();
  const rooms = makeRooms(company);
  const timers = new Set<NodeJS.Timeout>();
  let closed = false;
  const later = (seconds: number, work: () => void) => {
    if (closed) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      work();
    }, seconds * 1000);
    timers.add(timer);
  };
  /** Waiting times of independent events are distributed like this. */
  const soon = (mean: number) => -Math.log(1 - random()) * mean;
  const isOnline = (userId: string) => desks.get(userId)?.some((desk) => desk.online) ?? false;
  const recount = () => {
    counters.online = [...desks.values()].flat().filter((desk) => desk.online).length;
  };

  const arrive = (desk: Desk, tries = 0): void => {
    if (closed) return;
    desk.connect().then(
      () => {
        counters.signIns++;
        recount();
      },
      () => {
        recount();
        // The server may be restarting: longer and longer waits, never all at once.
        later(Math.min(60, 2 ** tries) * (0.5 + random()), () => arrive(desk, tries + 1));
      },
    );
  };

  let employed = 0;
  const employ = (person: Employee, resource: string): Desk => {
    // Spread over the nodes, if there are several.
    const target = targets[employed++ % targets.length];
    if (!target) throw new Error('the demonstration has no server');
    const own = rooms.filter((room) => room.visitors.includes(person.userId)).map((room) => room.name);
    const desk = createDesk(
      { person, resource, target, rooms: own },
      {
        onMessage(from, body) {
          const isQuestion = body.endsWith('?') || random() < 0.25;
          if (isQuestion && random() < 0.85)
            later(4 + soon(8), () => {
              if (!desk.online) return;
              desk.say(from, pick(answers));
              counters.messages++;
            });
        },
        onLost() {
          counters.lost++;
          recount();
          later(1 + random() * 6, () => arrive(desk));
        },
      },
    );
    desks.set(person.userId, [...(desks.get(person.userId) ?? []), desk]);
    return desk;
  };

  const act = (person: Employee, desk: Desk): void => {
    if (desk.online) {
      const dice = random();
      if (dice < 0.6) {
        const present = person.contacts.filter(isOnline);
        // Now and then somebody writes to a colleague who is away: that is what offline messages are for.
        const to = present.length > 0 && random() < 0.93 ? pick(present) : pick(person.contacts);
        desk.say(to, pick(openers));
        counters.messages++;
      } else if (dice < 0.88) {
        const { show, status } = pick(statuses);
        desk.setPresence(show, status);
        counters.presenceChanges++;
      } else if (dice < 0.96) {
        void desk.leave().then(recount);
        later(20 + soon(60), () => arrive(desk));
      } else {
        desk.lose();
        recount();
        later(3 + random() * 15, () => arrive(desk));
      }
    }
    later(soon(pace), () => act(person, desk));
  };

  const present: [Employee, string][] = [];
  for (let index = 0; present.length < sessions && index < company.length; index++) {
    // A step that visits every department from the first on.
    const person = company[(index * 7) % company.length]!;
    present.push([person, 'desk']);
    if (random() < phones && present.length < sessions) present.push([person, 'phone']);
  }
  for (const [person, resource] of present) {
    const desk = employ(person, resource);
    later(random() * morning, () => {
      arrive(desk);
      later(soon(pace), () => act(person, desk));
    });
  }
  startChatter({
    rooms,
    desksOf: (userId) => desks.get(userId) ?? [],
    later,
    soon,
    random,
    onSaid: () => counters.chatter++,
  });
  return {
    counters,
    async close() {
      closed = true;
      for (const timer of timers) clearTimeout(timer);
      await Promise.all([...desks.values()].flat().map((desk) => desk.leave()));
    },
  };
}
