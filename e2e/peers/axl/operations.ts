import type { SimData, SimPair } from './people.ts';
import { child, type Node, textOf, write } from './soap.ts';

/** A fault as AXL tells it. */
export class AxlFault extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

export interface Change {
  readonly id: number;
  readonly type: 'User' | 'Phone' | 'Line';
  readonly uuid: string;
  readonly action: 'a' | 'u' | 'r';
}
export interface World {
  data: SimData;
  queueId: string;
  nextId: number;
  changes: Change[];
  /** Octets of the largest answer to a list or query. */
  limitBytes: number;
  /** Rows that a list gives less than it was asked for, as a page that was cut. */
  cutRows: number;
  release: string;
}

const CHANGE_PAGE = 1_000;

function limited(world: World, rows: readonly string[], matched: number): string {
  const bytes = rows.reduce((sum, row) => sum + Buffer.byteLength(row), 0);
  if (bytes > world.limitBytes) {
    const fit = Math.max(1, Math.floor(((rows.length * world.limitBytes) / bytes) * 0.9));
    throw new AxlFault(-1, `Query request too large. Total rows matched: ${matched} rows. Suggestive Row Fetch: less than ${fit} rows`);
  }
  return rows.join('');
}

function list(world: World, rows: readonly { readonly uuid: string }[], request: Node, tag: string): string {
  const criteria = child(request, 'searchCriteria');
  const wanted = child(request, 'returnedTags');
  if (criteria === undefined || wanted === undefined) throw new AxlFault(-1, `The content of element '${request.name}' is not complete.`);
  if (criteria.children.some((one) => one.text.trim() !== '%')) throw new AxlFault(-1, 'This stand-in lists everything only.');
  const skip = Number(textOf(request, 'skip') ?? 0);
  const first = Number(textOf(request, 'first') ?? rows.length);
  const some = rows.slice(skip, skip + Math.max(1, first - world.cutRows));
  return `<return>${limited(
    world,
    some.map((row) => show(row, wanted, tag)),
    rows.length,
  )}</return>`;
}
function show(row: { readonly uuid: string }, wanted: Node | undefined, tag: string): string {
  const fields = row as unknown as Record<string, unknown>;
  const names = wanted === undefined ? Object.keys(fields).filter((name) => name !== 'uuid') : wanted.children.map((one) => one.name);
  return `<${tag} uuid="${row.uuid}">${names.flatMap((name) => (name in fields ? write(name, fields[name]) : [])).join('')}</${tag}>`;
}
function one<T extends { readonly uuid: string }>(rows: ReadonlyMap<string, T>, request: Node, tag: string): string {
  const uuid = textOf(request, 'uuid')?.toUpperCase() ?? '';
  const row = rows.get(uuid.startsWith('{') ? uuid : `{${uuid}}`);
  if (row === undefined) throw new AxlFault(5007, `Item not valid: The specified ${tag} was not found`);
  return `<return>${show(row, child(request, 'returnedTags'), tag)}</return>`;
}

/** `select [skip N] [first M] ... from TABLE [where fkdevice = '...'] order by pkid`, of the two tables of pairs. */
function query(world: World, sql: string): string {
  const match = /^select (?:skip (\d+) )?(?:first (\d+) )?[\w, ]+ from (\w+)(?: where fkdevice = '([0-9a-f-]*)')? order by pkid$/.exec(
    sql.trim(),
  );
  if (match === null) throw new AxlFault(201, 'A syntax error has occurred.');
  const [, skip = '0', first, table = '', device] = match;
  const pairs = table === 'enduserdevicemap' ? world.data.userDevices : table === 'devicenumplanmap' ? world.data.deviceLines : null;
  if (pairs === null) throw new AxlFault(-206, `The specified table (${table}) is not in the database.`);
  const rows = device === undefined ? sorted(pairs) : [pairs.get(device)].filter((pair) => pair !== undefined);
  const some = rows.slice(Number(skip), first === undefined ? undefined : Number(skip) + Number(first));
  const other = table === 'enduserdevicemap' ? 'fkenduser' : 'fknumplan';
  return `<return>${limited(
    world,
    some.map((pair) =>
      write('row', { fkdevice: pair.fkdevice, [other]: pair.other, ...(other === 'fknumplan' ? { numplanindex: 1 } : {}) }),
    ),
    rows.length,
  )}</return>`;
}
const order = new WeakMap<ReadonlyMap<string, SimPair>, { size: number; rows: SimPair[] }>();
function sorted(pairs: ReadonlyMap<string, SimPair>): readonly SimPair[] {
  const kept = order.get(pairs);
  if (kept?.size === pairs.size) return kept.rows;
  const rows = [...pairs.values()].sort((a, b) => (a.pkid < b.pkid ? -1 : 1));
  order.set(pairs, { size: pairs.size, rows });
  return rows;
}

function listChange(world: World, request: Node): string {
  const start = child(request, 'startChangeId');
  if (start !== undefined && start.attributes.queueId !== world.queueId) throw new AxlFault(-1, 'The queueId is no longer valid');
  const wanted = child(request, 'objectList')?.children.map((object) => object.text.trim());
  const from = start === undefined ? (world.changes[0]?.id ?? world.nextId) : Number(start.text);
  const page = world.changes.filter((change) => change.id >= from).slice(0, CHANGE_PAGE);
  const next = (page.at(-1)?.id ?? Math.max(from, world.nextId) - 1) + 1;
  const shown = page.filter((change) => wanted === undefined || wanted.includes(change.type));
  const info = write('queueInfo', {
    firstChangeId: world.changes[0]?.id ?? world.nextId - 1,
    lastChangeId: world.nextId - 1,
    nextStartChangeId: next,
    queueId: world.queueId,
  });
  return `${info}<changes>${shown
    .map(
      (change) =>
        `<change type="${change.type}" uuid="${change.uuid}">${write('id', change.id)}${write('action', change.action)}<doGet>true</doGet><changedTags/></change>`,
    )
    .join('')}</changes>`;
}

const rowsOf = new WeakMap<object, { size: number; rows: readonly { readonly uuid: string }[] }>();
/** The same array each time, since it is asked for page by page. */
function all<T extends { readonly uuid: string }>(rows: ReadonlyMap<string, T>): readonly { readonly uuid: string }[] {
  const kept = rowsOf.get(rows);
  if (kept?.size === rows.size) return kept.rows;
  const made = [...rows.values()];
  rowsOf.set(rows, { size: rows.size, rows: made });
  return made;
}
export const forgetOrder = (rows: object): void => {
  rowsOf.delete(rows);
};

export const operations: Readonly<Record<string, (world: World, request: Node) => string>> = {
  getCCMVersion: (world) => `<return><componentVersion>${write('version', world.release)}</componentVersion></return>`,
  listUser: (world, request) => list(world, all(world.data.users), request, 'user'),
  listPhone: (world, request) => list(world, all(world.data.phones), request, 'phone'),
  listLine: (world, request) => list(world, all(world.data.lines), request, 'line'),
  getUser: (world, request) => one(world.data.users, request, 'user'),
  getPhone: (world, request) => one(world.data.phones, request, 'phone'),
  getLine: (world, request) => one(world.data.lines, request, 'line'),
  executeSQLQuery: (world, request) => query(world, textOf(request, 'sql') ?? ''),
  listChange,
};
