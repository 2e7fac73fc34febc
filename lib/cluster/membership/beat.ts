import type { NodeFacts, NodeHealth, NodeName, NodeState } from '../ports.ts';

/** Of what crosses between nodes: raised when nodes of two releases could no longer understand each other. */
export const WIRE_VERSION = 1;

/** What a node says of itself, once in every interval and whenever its state changes. */
export interface Beat {
  readonly name: NodeName;
  readonly incarnation: string;
  readonly version: string;
  readonly schema: number;
  readonly wire: number;
  readonly role: NodeFacts['role'];
  readonly state: NodeState;
  readonly why: string;
  readonly address: string;
  readonly startedAt: number;
  readonly health: NodeHealth;
  /** Counts the beats of this process. */
  readonly number: number;
  /** Of each other node: the number of its last beat, and for how many milliseconds this node has had it. */
  readonly heard: Readonly<Record<NodeName, readonly [number, number]>>;
}

const states: readonly unknown[] = ['joining', 'up', 'draining', 'gone'];

/** Null for what is no beat. Proof of the join secret came with the message; this is about releases that differ. */
export function readBeat(payload: unknown): Beat | null {
  if (typeof payload !== 'object' || payload === null) return null;
  const beat = payload as Partial<Record<keyof Beat, unknown>>;
  const isText = (value: unknown): value is string => typeof value === 'string' && value.length <= 1_024;
  const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
  if (!isText(beat.name) || !/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(beat.name) || !isText(beat.incarnation)) return null;
  if (!isText(beat.version) || !isNumber(beat.schema) || !isNumber(beat.wire) || !isText(beat.why) || !isText(beat.address)) return null;
  if (!isNumber(beat.startedAt) || !isNumber(beat.number) || !states.includes(beat.state)) return null;
  if (beat.role !== 'publisher' && beat.role !== 'subscriber') return null;
  const health = beat.health as Partial<NodeHealth> | undefined;
  if (!health || !isNumber(health.sessions) || !isNumber(health.users) || !Array.isArray(health.down)) return null;
  if (typeof beat.heard !== 'object' || beat.heard === null) return null;
  return payload as Beat;
}

/** A sentence's worth of why two nodes do not fit, or null when they do. */
export const misfitOf = (a: Pick<Beat, 'schema' | 'wire'>, b: Pick<Beat, 'schema' | 'wire'>): 'otherWire' | 'otherSchema' | null =>
  a.wire !== b.wire ? 'otherWire' : a.schema !== b.schema ? 'otherSchema' : null;
