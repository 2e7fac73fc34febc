/**
 * One entry of the settings schema. From it come type, form, search, command line, REST and reference page
 * (design §7); nothing about a setting is written anywhere else.
 */
export type SettingKind = 'switch' | 'count' | 'duration' | 'size' | 'text' | 'choice' | 'list' | 'domain' | 'port';

interface SettingBase<K extends SettingKind, V> {
  readonly kind: K;
  readonly label: string;
  readonly help: string;
  readonly default: V;
  readonly scope?: 'cluster' | 'node';
  /** What an administrator should know before turning it this way. */
  readonly warnings?: {
    readonly raise?: string;
    readonly lower?: string;
    readonly on?: string;
    readonly off?: string;
    readonly change?: string;
  };
  /** Applied when? `now` without exception for open sessions, `new-sessions` for what starts later. */
  readonly applies: 'now' | 'new-sessions';
  readonly keywords?: readonly string[];
}
export interface SwitchSetting extends SettingBase<'switch', boolean> {}
export interface NumberSetting<K extends 'count' | 'duration' | 'size' | 'port'> extends SettingBase<K, number> {
  readonly min: number;
  readonly max: number;
  /** Shown inside the field. Durations are in seconds (`s`) or milliseconds (`ms`), sizes in bytes. */
  readonly unit: string;
  /** Meaning of 0 where 0 is not a number of things, for example "no limit". */
  readonly zero?: string;
}
export interface TextSetting extends SettingBase<'text' | 'domain', string> {
  readonly maxLength: number;
  readonly multiline?: boolean;
  /** Never shown again once it is set: pages, diffs, history and audit tell only whether there is one. */
  readonly secret?: true;
  readonly pattern?: { readonly regex: string; readonly says: string };
}
export interface ChoiceSetting<V extends string = string> extends SettingBase<'choice', V> {
  readonly options: readonly { readonly value: V; readonly label: string; readonly help?: string }[];
}
export interface ListSetting extends SettingBase<'list', readonly string[]> {
  readonly maxItems: number;
  /** What each entry looks like. */
  readonly pattern?: { readonly regex: string; readonly says: string };
}
export type Setting = SwitchSetting | NumberSetting<'count' | 'duration' | 'size' | 'port'> | TextSetting | ChoiceSetting | ListSetting;

export interface SettingSection {
  readonly id: string;
  readonly title: string;
  readonly purpose: string;
  /** Console route where this section's form stands. */
  readonly page: string;
  readonly settings: Readonly<Record<string, Setting>>;
}

type Widen<V> = V extends boolean
  ? boolean
  : V extends number
    ? number
    : V extends readonly string[]
      ? readonly string[]
      : V extends string
        ? string
        : V;
/** A choice is one of its options; everything else is the plain type of its default. */
type ValueOf<E extends Setting> = E extends { readonly kind: 'choice'; readonly options: readonly { readonly value: infer V }[] }
  ? V
  : Widen<E['default']>;
export type ValuesOf<S extends SettingSection> = { readonly [K in keyof S['settings']]: ValueOf<S['settings'][K]> };

/** Stands for a secret that is set, wherever its value would be shown. Saving it changes nothing. */
export const SECRET_MASK = '••••••••';
export const isSecret = (setting: Setting): boolean => (setting.kind === 'text' || setting.kind === 'domain') && setting.secret === true;

/** Keeps the literal types; the key of a setting is `${section.id}.${name}`. */
export const defineSection = <const S extends SettingSection>(section: S): S => section;
