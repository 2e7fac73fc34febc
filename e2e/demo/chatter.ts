import type { Desk } from './desk.ts';
import { answers, chatter } from './phrases.ts';
import type { DemoRoom } from './rooms.ts';

/**
 * What is said in rooms: in each one somebody speaks now and then, and somebody else answers more often than not. People talk, not
 * rooms: only who is inside.
 */
export function startChatter(deps: {
  readonly rooms: readonly DemoRoom[];
  /** Desks of a person, online or not. */
  readonly desksOf: (userId: string) => readonly Desk[];
  readonly later: (seconds: number, work: () => void) => void;
  readonly soon: (mean: number) => number;
  readonly random: () => number;
  readonly onSaid: () => void;
}): void {
  const { later, soon, random } = deps;
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;

  const speak = (room: DemoRoom, said: string, tries: number): boolean => {
    for (let attempt = 0; attempt < tries; attempt++) {
      const desk = deps.desksOf(pick(room.visitors)).find((each) => each.online);
      if (desk === undefined) continue;
      desk.sayIn(room.name, said);
      deps.onSaid();
      return true;
    }
    return false;
  };
  for (const room of deps.rooms) {
    const goOn = () => {
      if (speak(room, pick(chatter), 20) && random() < 0.6) later(3 + soon(6), () => speak(room, pick(answers), 20));
      later(soon(room.pace), goOn);
    };
    later(soon(room.pace) + 5, goOn);
  }
}
