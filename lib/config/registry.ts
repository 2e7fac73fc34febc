import type { EventHub } from '../kernel/events.ts';
import type { Fault } from '../kernel/faults.ts';
import { type Live, type LiveBox, liveBox } from '../kernel/live.ts';
import type { Log } from '../kernel/log.ts';
import { ok, type Result, refuse } from '../kernel/result.ts';
import { catalogue, entryOfStorageKey } from './catalogue.ts';
import { settingFaults } from './faults.ts';
import { planSave } from './plan.ts';
import type { SettingChange, SettingsStore } from './ports.ts';
import { type SectionId, type SectionValues, sections } from './schema/index.ts';
import { formatSetting } from './setting-text.ts';
import { problemOf, sameValue } from './validate.ts';

/** The settings as the running node sees them; each section is a `Live` value that is swapped after a committed change. */
export interface SettingsRegistry {
  section<S extends SectionId>(id: S): Live<SectionValues<S>>;
  readonly version: number;
}

/** What administration needs besides: the values in use, and the way to tell the node that a save was committed. */
export interface SettingsControl extends SettingsRegistry {
  /** The node whose `node` settings these are. */
  readonly nodeScope: string;
  /** The value in use; `undefined` for an unknown key. */
  value(key: string): unknown;
  /** True when somebody set it, so it differs from the default. */
  isChanged(key: string): boolean;
  /** Stored values by storage key, without defaults. */
  stored(): Readonly<Record<string, unknown>>;
  /** Call after the transaction that holds `change` has committed: swaps the live values here and tells the other nodes. */
  committed(change: SettingChange): void;
  /** Reads everything again from the store. */
  reload(): Promise<void>;
  /**
   * Loads the stored values, then saves what the settings file asks for. Refused, with the nearest name, for an unknown key or a
   * value out of bounds: a node that ignores its file would run with settings nobody chose. Rejects when the store is unreachable.
   */
  start(): Promise<Result<void, Fault>>;
  stop(): void;
}

interface Bus {
  publish(subject: string, payload: unknown): void;
  subscribe(subject: string, fn: (payload: unknown) => void): () => void;
}

const subject = 'settings.changed';
/** Of a node that saves its file while others save theirs. */
const MAX_TRIES = 10;

export function createSettingsRegistry(deps: {
  readonly store: SettingsStore;
  readonly events: EventHub;
  readonly bus: Bus;
  readonly log: Log;
  /** Name of this node: `node` settings are its own. */
  readonly nodeScope: string;
  /** From the settings file; saved at start where they differ from what is in use. */
  readonly overrides: Readonly<Record<string, unknown>>;
}): SettingsControl {
  const { store, events, bus, log, nodeScope } = deps;
  let version = 0;
  let stored: Readonly<Record<string, unknown>> = {};
  const boxes = new Map<SectionId, LiveBox<Readonly<Record<string, unknown>>>>();
  for (const id of Object.keys(sections) as SectionId[]) boxes.set(id, liveBox(compose(id)));
  let unsubscribe: (() => void) | null = null;
  let reloading: Promise<void> | null = null;
  let reloadAgain = false;

  function compose(id: SectionId): Readonly<Record<string, unknown>> {
    const values: Record<string, unknown> = {};
    for (const [name, setting] of Object.entries(sections[id].settings)) {
      const key = `${id}.${name}`;
      const kept = stored[setting.scope === 'node' ? `${key}@${nodeScope}` : key];
      if (kept === undefined || kept === null) {
        values[name] = setting.default;
        continue;
      }
      // A later release may narrow a bound; the default is then safer than a value its code does not expect.
      const why = problemOf(setting, kept);
      if (why !== null) log.warn('settings.stored-value-refused', { key, why });
      values[name] = why === null ? kept : setting.default;
    }
    return Object.freeze(values);
  }

  /** Swaps sections that differ and says which settings did. A listener that throws does not keep the others from hearing. */
  function swap(next: Readonly<Record<string, unknown>>, nextVersion: number): string[] {
    stored = next;
    version = nextVersion;
    const changed: string[] = [];
    for (const [id, box] of boxes) {
      const now = box.get();
      const then = compose(id);
      const names = Object.keys(then).filter((name) => !sameValue(now[name], then[name]));
      if (names.length === 0) continue;
      changed.push(...names.map((name) => `${id}.${name}`));
      try {
        box.set(then);
      } catch (error) {
        log.error('settings.listener-failed', { section: id, error });
      }
    }
    return changed;
  }

  function announce(keys: readonly string[], by: string): void {
    if (keys.length > 0) events.emit('settings.changed', { version, keys, by, at: Date.now() });
  }

  async function reload(): Promise<void> {
    // Several notices while one read is under way need one more read, not one each.
    if (reloading) {
      reloadAgain = true;
      return reloading;
    }
    reloading = (async () => {
      do {
        reloadAgain = false;
        const read = await store.load();
        if (read.version < version) continue;
        announce(swap(read.values, read.version), '');
      } while (reloadAgain);
    })().finally(() => {
      reloading = null;
    });
    return reloading;
  }

  async function applyFile(): Promise<Result<void, Fault>> {
    const plan = planSave(deps.overrides, value, nodeScope);
    if (!plan.ok) return plan;
    for (const key of Object.keys(deps.overrides)) {
      const entry = catalogue.get(key);
      if (entry) log.info('settings.from-file', { key, value: formatSetting(entry.setting, deps.overrides[key] ?? entry.setting.default) });
    }
    return saveFile(MAX_TRIES);
  }

  /** Another node that starts at the same moment may be quicker: then its values are read, and what still differs is saved again. */
  async function saveFile(triesLeft: number): Promise<Result<void, Fault>> {
    const plan = planSave(deps.overrides, value, nodeScope);
    if (!plan.ok) return plan;
    const [first] = plan.value.lines;
    if (!first) return ok(undefined);
    const saved = await store.save(version, plan.value.writes, 'settings-file', null);
    if (!('conflict' in saved)) {
      committed(saved);
      return ok(undefined);
    }
    if (triesLeft === 0) return refuse(settingFaults.conflict({ label: first.label, by: 'another node' }));
    await reload();
    return saveFile(triesLeft - 1);
  }

  function value(key: string): unknown {
    const entry = catalogue.get(key);
    return entry ? boxes.get(entry.sectionId)?.get()[entry.name] : undefined;
  }

  function committed(change: SettingChange): void {
    if (change.version <= version) return;
    if (change.version > version + 1) {
      // A save of another node lies between; one read brings both.
      reload().catch((error: unknown) => log.error('settings.reload-failed', { error }));
    } else {
      const next: Record<string, unknown> = { ...stored };
      for (const { key, to } of change.changes) {
        if (to === null) delete next[key];
        else next[key] = to;
      }
      announce(swap(next, change.version), change.by);
    }
    bus.publish(subject, { version: change.version, node: nodeScope });
  }

  return {
    section: <S extends SectionId>(id: S) => boxes.get(id) as unknown as Live<SectionValues<S>>,
    get version() {
      return version;
    },
    nodeScope,
    value,
    isChanged: (key) => !sameValue(value(key), catalogue.get(key)?.setting.default),
    stored: () => stored,
    committed,
    reload,
    async start() {
      unsubscribe = bus.subscribe(subject, (payload) => {
        const heard = payload as { version?: unknown; node?: unknown };
        if (heard.node === nodeScope || typeof heard.version !== 'number' || heard.version <= version) return;
        reload().catch((error: unknown) => log.error('settings.reload-failed', { error }));
      });
      await reload();
      for (const key of Object.keys(stored)) {
        if (!entryOfStorageKey(key)) log.warn('settings.stored-key-unknown', { key });
      }
      return applyFile();
    },
    stop() {
      unsubscribe?.();
    },
  };
}
