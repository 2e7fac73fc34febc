import { z } from 'zod';
import { instant } from '../shared/fields.ts';

const value = z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]);

export const settingView = z.object({
  key: z.string(),
  name: z.string(),
  section: z.string(),
  kind: z.enum(['switch', 'count', 'duration', 'size', 'text', 'choice', 'list', 'domain', 'port']),
  label: z.string(),
  help: z.string(),
  value,
  default: value,
  /** As people read them. */
  valueText: z.string(),
  defaultText: z.string(),
  /** Differs from the default. */
  changed: z.boolean(),
  scope: z.enum(['cluster', 'node']),
  applies: z.enum(['now', 'new-sessions']),
  warnings: z.object({
    raise: z.string().optional(),
    lower: z.string().optional(),
    on: z.string().optional(),
    off: z.string().optional(),
    change: z.string().optional(),
  }),
  /** Numbers only. */
  min: z.number().nullable(),
  max: z.number().nullable(),
  unit: z.string(),
  zero: z.string(),
  /** Choices only. */
  options: z.array(z.object({ value: z.string(), label: z.string(), help: z.string() })),
  /** Text and lists only. */
  maxLength: z.number().nullable(),
  multiline: z.boolean(),
  maxItems: z.number().nullable(),
});
export type SettingView = z.output<typeof settingView>;

export const sectionView = z.object({
  id: z.string(),
  title: z.string(),
  purpose: z.string(),
  page: z.string(),
  settings: z.array(settingView),
});
export type SectionView = z.output<typeof sectionView>;

export const changeLine = z.object({
  key: z.string(),
  label: z.string(),
  /** Set for a setting of one node. */
  node: z.string(),
  fromText: z.string(),
  toText: z.string(),
});
export const settingChangeView = z.object({
  id: z.string(),
  version: z.int(),
  at: instant,
  by: z.string(),
  /** Id of the change that this one put back. */
  undoes: z.string().nullable(),
  changes: z.array(changeLine),
  /** All changes in one line. */
  says: z.string(),
});
export type SettingChangeView = z.output<typeof settingChangeView>;

export const planLine = z.object({
  key: z.string(),
  label: z.string(),
  section: z.string(),
  from: value,
  to: value,
  fromText: z.string(),
  toText: z.string(),
  warning: z.string(),
  applies: z.enum(['now', 'new-sessions']),
  says: z.string(),
});
/** `changeId` is empty when nothing had to change. */
export const savedSettings = z.object({ version: z.int(), changeId: z.string(), lines: z.array(planLine) });
