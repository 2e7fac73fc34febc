/**
 * What administration does with chat rooms, on the node that runs the room. Lists show the rooms of all nodes as each of them told last: a change is told
 * within two seconds.
 */
import type { Membership, NodeName, Ownership } from '../../cluster/ports.ts';
import type { Clock } from '../../kernel/clock.ts';
import { defineFaults, type Fault } from '../../kernel/faults.ts';
import type { BareJid } from '../../kernel/jid.ts';
import type { Log } from '../../kernel/log.ts';
import { type Result, refuse } from '../../kernel/result.ts';
import type { LiveRoom, LiveRoomRow, Role, RoomsDoor } from '../../muc/ports.ts';
import type { Questions } from '../../xmpp/cluster/questions.ts';
import type { Elsewhere } from '../../xmpp/router/elsewhere.ts';

const faults = defineFaults('roomsElsewhere', {
  noAnswer: {
    kind: 'down',
    message: 'The node that runs this room did not answer. Nothing may have been changed; look again in a moment.',
  },
});

const LOOK_MS = 2_000;
const SLICE = 500;

/** What can be asked of the node that runs a room; the arguments are those of the door. */
type Verb = 'inspect' | 'create' | 'configure' | 'setAffiliation' | 'setSubject' | 'kick' | 'destroy';

interface Person {
  readonly bare: BareJid;
  readonly nick: string;
  readonly role: Role;
}
interface Row {
  readonly row: LiveRoomRow;
  readonly people: readonly Person[];
  readonly locked: boolean;
}
interface Change {
  readonly isWhole: boolean;
  readonly rows: readonly Row[];
  readonly gone: readonly BareJid[];
}

export function createRoomsEverywhere(deps: {
  readonly here: RoomsDoor;
  readonly shown: (jid: BareJid) => Omit<Row, 'row'>;
  /** The rooms of the others, for the lists that clients see. */
  readonly see: (others: { all(): Iterable<Row>; find(jid: string): Row | undefined }) => void;
  readonly elsewhere: Elsewhere;
  readonly questions: Questions;
  readonly membership: Membership;
  readonly ownership: Ownership;
  readonly clock: Clock;
  readonly log: Log;
}): RoomsDoor & { stop(): void } {
  const { here, elsewhere, questions, membership, ownership, clock, log } = deps;
  const self = membership.self.name;
  const told = new Map<NodeName, Map<BareJid, Row>>();
  /** What the others have heard of ours, as text. */
  const known = new Map<BareJid, string>();
  let timer: { cancel(): void } | null = clock.setTimeout(look, LOOK_MS);

  const others = (): NodeName[] =>
    membership.nodes().flatMap(({ name, state }) => (name === self || state === 'gone' || state === 'joining' ? [] : [name]));
  const rowOf = (row: LiveRoomRow): Row => ({ row, ...deps.shown(row.jid) });

  /** A room is not compared by what changed but by what it is: few are in memory, and nothing has to be told of each presence. */
  function look(): void {
    timer = clock.setTimeout(look, LOOK_MS);
    const nodes = others();
    if (nodes.length === 0) return;
    const rows: Row[] = [];
    const present = new Set<BareJid>();
    for (const live of here.live()) {
      const row = rowOf(live);
      const text = JSON.stringify(row);
      present.add(live.jid);
      if (known.get(live.jid) === text) continue;
      known.set(live.jid, text);
      rows.push(row);
    }
    const gone = [...known.keys()].filter((jid) => !present.has(jid));
    for (const jid of gone) known.delete(jid);
    if (rows.length === 0 && gone.length === 0) return;
    for (const node of nodes) elsewhere.tell(node, 'rooms.changed', { isWhole: false, rows, gone } satisfies Change);
  }

  async function show(node: NodeName): Promise<void> {
    let rows: Row[] = [];
    let isWhole = true;
    const send = () => {
      elsewhere.tell(node, 'rooms.changed', { isWhole, rows, gone: [] } satisfies Change);
      isWhole = false;
      rows = [];
    };
    for (const live of [...here.live()]) {
      rows.push(rowOf(live));
      if (rows.length < SLICE) continue;
      send();
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (rows.length > 0 || isWhole) send();
  }

  elsewhere.hear('rooms.changed', (payload, from) => {
    const { isWhole, rows, gone } = payload as Change;
    let list = told.get(from);
    if (isWhole || list === undefined) {
      list = new Map();
      told.set(from, list);
    }
    for (const one of rows) list.set(one.row.jid, one);
    for (const jid of gone) list.delete(jid);
  });
  questions.answer('rooms.door', async (payload) => {
    const { verb, args } = payload as { verb: Verb; args: readonly unknown[] };
    return (here[verb] as (...args: readonly unknown[]) => Promise<unknown>)(...args);
  });
  const stop = membership.onChange((node, was) => {
    if (node.name === self) return;
    if (node.state === 'gone') told.delete(node.name);
    else if (was === null || was === 'gone' || was === 'joining') void show(node.name);
  });

  /** Null: it is ours. */
  function ownerOf(jid: BareJid): NodeName | null {
    const owner = ownership.ownerOfPlace(jid);
    return owner === self ? null : owner;
  }

  async function there<T>(
    jid: BareJid,
    verb: Verb,
    args: readonly unknown[],
    ours: () => Promise<Result<T, Fault>>,
  ): Promise<Result<T, Fault>> {
    const owner = ownerOf(jid);
    if (owner === null) return ours();
    try {
      return (await questions.ask(owner, 'rooms.door', { verb, args })) as Result<T, Fault>;
    } catch (error) {
      log.warn('rooms.node-silent', { room: jid, node: owner, error });
      return refuse(faults.noAnswer());
    }
  }

  deps.see({
    *all() {
      for (const rows of told.values()) yield* rows.values();
    },
    find: (jid) => rowAt(jid as BareJid),
  });

  function rowAt(jid: BareJid): Row | undefined {
    const owner = ownerOf(jid);
    return owner === null ? undefined : told.get(owner)?.get(jid);
  }

  return {
    get counters() {
      return here.counters;
    },
    *live() {
      yield* here.live();
      for (const rows of told.values()) for (const { row } of rows.values()) yield row;
    },
    inside(bare) {
      const found = [...here.inside(bare)];
      for (const rows of told.values())
        for (const { row, people } of rows.values())
          for (const one of people) if (one.bare === bare) found.push({ jid: row.jid, nick: one.nick, role: one.role });
      return found;
    },
    occupantsOf: (jid) => rowAt(jid)?.row.occupants ?? here.occupantsOf(jid),
    async inspect(jid) {
      const owner = ownerOf(jid);
      return owner === null
        ? here.inspect(jid)
        : ((await questions.ask(owner, 'rooms.door', { verb: 'inspect', args: [jid] })) as LiveRoom | null);
    },
    create: (jid, config, owners, by) => there(jid.bare, 'create', [jid, config, owners, by], () => here.create(jid, config, owners, by)),
    configure: (jid, change, by) => there(jid, 'configure', [jid, change, by], () => here.configure(jid, change, by)),
    setAffiliation: (jid, who, affiliation, reason) =>
      there(jid, 'setAffiliation', [jid, who, affiliation, reason], () => here.setAffiliation(jid, who, affiliation, reason)),
    setSubject: (jid, text, by) => there(jid, 'setSubject', [jid, text, by], () => here.setSubject(jid, text, by)),
    kick: (jid, nick, reason) => there(jid, 'kick', [jid, nick, reason], () => here.kick(jid, nick, reason)),
    destroy: (jid, reason, alternate) => there(jid, 'destroy', [jid, reason, alternate], () => here.destroy(jid, reason, alternate)),
    stop() {
      timer?.cancel();
      timer = null;
      stop();
    },
  };
}
