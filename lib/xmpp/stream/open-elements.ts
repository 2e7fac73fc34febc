import type { Element } from '../stanza/element.ts';
import type { Binding } from './tags.ts';

/** The elements that are open, outermost first. Borrowed from a pool while a stanza is incomplete, so an idle stream holds none. */
export class OpenElements {
  depth = 0;
  readonly els: Element[] = [];
  readonly tags: string[] = [];
  readonly defaults: string[] = [];
  readonly bindings: (Binding | null)[] = [];
}

const pool: OpenElements[] = [];
const POOLED = 32;

export const borrow = (): OpenElements => pool.pop() ?? new OpenElements();

export function giveBack(open: OpenElements): void {
  open.depth = 0;
  open.els.length = 0;
  open.bindings.length = 0;
  if (pool.length < POOLED) pool.push(open);
}

/** Character data is joined to what stands before it. */
export function append(el: Element, piece: string): void {
  if (piece === '') return;
  const last = el.children.length - 1;
  const before = last < 0 ? undefined : el.children[last];
  if (typeof before === 'string') el.children[last] = before + piece;
  else el.children.push(piece);
}
