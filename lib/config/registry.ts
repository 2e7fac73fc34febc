import type { Live } from '../kernel/live.ts';
import type { SectionId, SectionValues } from './schema/index.ts';

/** The settings as the running node sees them; each section is a `Live` value that is swapped after a committed change. */
export interface SettingsRegistry {
  section<S extends SectionId>(id: S): Live<SectionValues<S>>;
  readonly version: number;
}
