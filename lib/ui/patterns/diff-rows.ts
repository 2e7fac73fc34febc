/** One line of a change. Values are shown as they are; write units into them. */
export interface DiffRow {
  readonly label: string;
  readonly from: string;
  readonly to: string;
  readonly warning?: string | undefined;
  readonly note?: string | undefined;
}

/** Rows for two plain objects as an audit record holds them: only what differs. */
export function diffRows(before: unknown, after: unknown): DiffRow[] {
  const left = flatten(before);
  const right = flatten(after);
  const rows: DiffRow[] = [];
  for (const key of new Set([...left.keys(), ...right.keys()])) {
    const from = left.get(key) ?? '';
    const to = right.get(key) ?? '';
    if (from !== to) rows.push({ label: key, from, to });
  }
  return rows;
}

function flatten(value: unknown, prefix = '', out = new Map<string, string>()): Map<string, string> {
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
    for (const [key, inner] of Object.entries(value)) flatten(inner, prefix ? `${prefix}.${key}` : key, out);
  } else if (value !== undefined && value !== null) {
    out.set(
      prefix || 'value',
      Array.isArray(value)
        ? value.map((each) => (typeof each === 'object' ? JSON.stringify(each) : String(each))).join(', ')
        : String(value),
    );
  }
  return out;
}
