import type { Fault } from '../kernel/faults.ts';
import { collect, digestOf, type Operations, type Pair } from './axl/operations.ts';
import { isFault } from './faults.ts';
import type { CallManagerStore, Device, Line } from './ports.ts';

export interface EquipmentRead {
  readonly devices: number;
  readonly lines: number;
  readonly changed: number;
  /** What could not be had, in a sentence; empty: nothing. */
  readonly problem: string;
}

const inOrder = (pairs: readonly Pair[]): string[] =>
  [...pairs].sort((a, b) => a.order - b.order || (a.other < b.other ? -1 : 1)).map((pair) => pair.other);

/** Rows compared at a time: some milliseconds of work. */
const SLICE = 250;

/** Devices by device, so that a page of them finds its people and lines. Freed with the run. */
async function readPairs(
  operations: Operations,
  table: 'enduserdevicemap' | 'devicenumplanmap',
  rest: () => Promise<void>,
): Promise<Map<string, Pair[]> | Fault> {
  const byDevice = new Map<string, Pair[]>();
  const fault = await collect(operations.pairs(table), async (rows) => {
    for (const pair of rows) {
      const list = byDevice.get(pair.device);
      if (list === undefined) byDevice.set(pair.device, [pair]);
      else list.push(pair);
    }
    await rest();
  });
  return fault ?? byDevice;
}

/**
 * All devices and lines, written only where they differ from what is known. They take nobody's account away, so nothing is asked before; only an
 * answer that would empty most of the list is not believed.
 */
export async function readEquipment(deps: {
  readonly operations: Operations;
  readonly store: CallManagerStore;
  /** At most this share may vanish at once, percent. */
  readonly vanishShare: number;
  readonly rest: () => Promise<void>;
  readonly progress: (what: string, count: number) => void;
}): Promise<EquipmentRead | Fault> {
  const { operations, store, rest } = deps;
  let changed = 0;
  let problem = '';

  const lines = new Set<string>();
  const linesFault = await collect(operations.lines(), async (page) => {
    for (const line of page) lines.add(line.uuid);
    for (let at = 0; at < page.length; at += SLICE) {
      changed += await write(page.slice(at, at + SLICE), store.lineDigests, store.putLines);
      deps.progress('lines', lines.size);
      await rest();
    }
  });
  if (linesFault) return linesFault;

  const users = await readPairs(operations, 'enduserdevicemap', rest);
  const buttons = users instanceof Map ? await readPairs(operations, 'devicenumplanmap', rest) : users;
  if (!(users instanceof Map) || !(buttons instanceof Map)) {
    const fault = users instanceof Map ? (buttons as Fault) : users;
    // A read-only role or another release may refuse the query; devices are worth having without their owners.
    if (!isFault(fault, 'refused') && !isFault(fault, 'role')) return fault;
    problem = `Which devices and lines belong together could not be read: ${fault.message}`;
  }

  const devices = new Set<string>();
  const devicesFault = await collect(operations.phones(), async (page) => {
    for (let at = 0; at < page.length; at += SLICE) {
      const rows = page.slice(at, at + SLICE).map((phone): Device => {
        devices.add(phone.uuid);
        return {
          ...phone,
          users: users instanceof Map ? inOrder(users.get(phone.uuid) ?? []) : [],
          lines: buttons instanceof Map ? inOrder(buttons.get(phone.uuid) ?? []) : [],
        };
      });
      changed += await write(rows, store.deviceDigests, store.putDevices);
      deps.progress('devices', devices.size);
      await rest();
    }
  });
  if (devicesFault) return devicesFault;

  for (const [kept, each, remove, what] of [
    [lines, store.eachLine, store.removeLines, 'lines'],
    [devices, store.eachDevice, store.removeDevices, 'devices'],
  ] as const) {
    let known = 0;
    const gone: string[] = [];
    for await (const slice of each()) {
      known += slice.length;
      for (const uuid of slice) if (!kept.has(uuid)) gone.push(uuid);
      await rest();
    }
    if (gone.length * 100 > known * deps.vanishShare && gone.length > 1) {
      problem = `${gone.length} of ${known} ${what} are missing in the answer of the call manager; they are kept until another run finds the same with fewer.`;
      continue;
    }
    for (let at = 0; at < gone.length; at += 500) await remove(gone.slice(at, at + 500));
    changed += gone.length;
  }
  return { devices: devices.size, lines: lines.size, changed, problem };
}

async function write<T extends { readonly uuid: string }>(
  rows: readonly T[],
  digests: (uuids: readonly string[]) => Promise<Map<string, string>>,
  put: (rows: readonly (T & { readonly digest: string })[]) => Promise<void>,
): Promise<number> {
  const byUuid = new Map(rows.filter((row) => row.uuid !== '').map((row) => [row.uuid, { ...row, digest: digestOf(row) }]));
  const known = await digests([...byUuid.keys()]);
  const differ = [...byUuid.values()].filter((row) => known.get(row.uuid) !== row.digest);
  if (differ.length > 0) await put(differ);
  return differ.length;
}

/** One device or line that a change names; null: it is gone. */
export async function refreshOne(
  operations: Operations,
  store: CallManagerStore,
  type: 'Phone' | 'Line',
  uuid: string,
): Promise<Fault | null> {
  if (type === 'Line') {
    const line = await operations.line(uuid);
    if (!line.ok) return line.fault;
    if (line.value === null) await store.removeLines([uuid]);
    else await write<Line>([line.value], store.lineDigests, store.putLines);
    return null;
  }
  const phone = await operations.phone(uuid);
  if (!phone.ok) return phone.fault;
  if (phone.value === null) {
    await store.removeDevices([uuid]);
    return null;
  }
  const users = await operations.pairsOf('enduserdevicemap', uuid);
  const lines = users.ok ? await operations.pairsOf('devicenumplanmap', uuid) : users;
  if (!users.ok) return users.fault;
  if (!lines.ok) return lines.fault;
  await write<Device>(
    [{ ...phone.value, users: inOrder(users.value), lines: inOrder(lines.value) }],
    store.deviceDigests,
    store.putDevices,
  );
  return null;
}
