/**
 * Typed room of one feature on somebody else's object (a user, a session): the roster keeps its state on the user
 * without the router knowing what a roster is. An index into an array, so reading costs what a field costs.
 */
export interface Slot<T> {
  readonly name: string;
  readonly index: number;
  /** Carries the type only. */
  readonly type?: T;
}

export interface HasSlots {
  readonly slots: unknown[];
}

let next = 0;
export function defineSlot<T>(name: string): Slot<T> {
  return { name, index: next++ };
}

export const readSlot = <T>(owner: HasSlots, slot: Slot<T>): T | undefined => owner.slots[slot.index] as T | undefined;
export function writeSlot<T>(owner: HasSlots, slot: Slot<T>, value: T | undefined): void {
  while (owner.slots.length < slot.index) owner.slots.push(undefined);
  owner.slots[slot.index] = value;
}
