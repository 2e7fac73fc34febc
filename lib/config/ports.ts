export interface SettingChange {
  readonly id: string;
  readonly version: number;
  readonly at: number;
  readonly by: string;
  /** All values changed in one save, old and new; `null` means the default. */
  readonly changes: readonly { readonly key: string; readonly from: unknown; readonly to: unknown }[];
  /** Set when this save put back an earlier one. */
  readonly undoes: string | null;
}
export interface SettingsStore {
  /** The stored (not default) values and the version, which rises by one with each save. */
  load(): Promise<{ version: number; values: Readonly<Record<string, unknown>> }>;
  /** Refuses with 'conflict' when a key named was changed after `expectedVersion`. `null` as value deletes (back to default). */
  save(
    expectedVersion: number,
    values: Readonly<Record<string, unknown>>,
    by: string,
    undoes: string | null,
  ): Promise<SettingChange | { conflict: readonly SettingChange[] }>;
  history(query: { key?: string; limit: number; beforeVersion?: number }): Promise<readonly SettingChange[]>;
  change(id: string): Promise<SettingChange | null>;
}
