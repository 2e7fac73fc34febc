import type { ActionState } from '../action-state.ts';

/**
 * A settings form is data. The shapes fit what `settings.sections` answers, so a page hands that over as it is;
 * the kit itself knows nothing of the schema.
 */
export type SettingValue = boolean | number | string | readonly string[];

export interface SettingSpec {
  readonly kind: 'switch' | 'count' | 'duration' | 'size' | 'text' | 'choice' | 'list' | 'domain' | 'port';
  readonly label: string;
  readonly help: string;
  readonly default: SettingValue;
  readonly scope?: 'cluster' | 'node';
  readonly warnings?: {
    readonly raise?: string | undefined;
    readonly lower?: string | undefined;
    readonly on?: string | undefined;
    readonly off?: string | undefined;
    readonly change?: string | undefined;
  };
  readonly applies: 'now' | 'new-sessions';
  readonly min?: number | null;
  readonly max?: number | null;
  readonly unit?: string;
  readonly zero?: string;
  readonly maxLength?: number | null;
  readonly multiline?: boolean;
  readonly pattern?: { readonly regex: string; readonly says: string };
  readonly options?: readonly { readonly value: string; readonly label: string; readonly help?: string }[];
  readonly maxItems?: number | null;
}
export interface SettingField extends SettingSpec {
  /** `im.offlineMessages` */
  readonly key: string;
  readonly value: SettingValue;
  /** Why it cannot be changed here: "Set by the settings file at start." */
  readonly fixedBecause?: string;
}
export interface SettingsFormSection {
  readonly id: string;
  readonly title: string;
  readonly purpose?: string;
  readonly fields: readonly SettingField[];
}
export type SettingValues = Readonly<Record<string, SettingValue>>;

/** What a save answers: the state of the server action around `settings.save`, as it is. */
export type SettingsSaved = { readonly version: number; readonly changeId: string };
export type SettingsSaveState = ActionState<SettingsSaved>;

/** Another person's save that came between, as a conflict holds it in `details.theirs`. */
export interface TheirSave {
  readonly by: string;
  readonly at: number;
  readonly version: number;
  readonly changes: readonly { readonly key: string; readonly label: string; readonly fromText: string; readonly toText: string }[];
}

/** What somebody else saved while a form is open: the newest version, its maker, and those lines that concern the form. */
export interface NewerSave {
  readonly version: number;
  readonly by: string;
  readonly at: number;
  readonly changes?: TheirSave['changes'];
}

/** Reads them out of a conflict; what has another shape is left out. */
export function theirSaves(details: Readonly<Record<string, unknown>>): readonly TheirSave[] {
  const { theirs } = details;
  return Array.isArray(theirs)
    ? theirs.filter((each): each is TheirSave => typeof each?.version === 'number' && Array.isArray(each?.changes))
    : [];
}
