import { type SectionId, sections } from './schema/index.ts';
import type { Setting, SettingSection } from './setting.ts';

/** One setting with its place: `key` is `${section}.${name}`. */
export interface CatalogueEntry {
  readonly key: string;
  readonly name: string;
  readonly sectionId: SectionId;
  readonly section: SettingSection;
  readonly setting: Setting;
}

function build(): ReadonlyMap<string, CatalogueEntry> {
  const all = new Map<string, CatalogueEntry>();
  for (const [sectionId, section] of Object.entries(sections) as [SectionId, SettingSection][]) {
    for (const [name, setting] of Object.entries(section.settings)) {
      const key = `${sectionId}.${name}`;
      all.set(key, { key, name, sectionId, section, setting });
    }
  }
  return all;
}

/** Every setting there is, in the order of the schema. */
export const catalogue: ReadonlyMap<string, CatalogueEntry> = build();

/**
 * Where a value is stored: cluster settings under their key, node settings under `key@node`, so that two nodes may
 * differ and still share one table.
 */
export const storageKey = (entry: CatalogueEntry, node: string): string =>
  entry.setting.scope === 'node' ? `${entry.key}@${node}` : entry.key;

/** The setting behind a stored key and the node it is for ('' for the cluster); null for one that this release does not know. */
export function entryOfStorageKey(stored: string): { entry: CatalogueEntry; node: string } | null {
  const at = stored.indexOf('@');
  const entry = catalogue.get(at < 0 ? stored : stored.slice(0, at));
  return entry ? { entry, node: at < 0 ? '' : stored.slice(at + 1) } : null;
}
