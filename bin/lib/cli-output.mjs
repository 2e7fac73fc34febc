// How `rollcall` shows answers: aligned tables and `key: value` lines for people, JSON for programs.

// Names and status texts come from users: control characters would move the cursor of the terminal.
const clean = (text) => text.replace(/[\u0000-\u001f\u007f-\u009f]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`);

const timeName = /(^at|At|since|until|notBefore|notAfter)$/;
function show(name, value) {
  if (value === null || value === undefined || value === '') return '-';
  if (typeof value === 'number' && timeName.test(name) && value > 1e11) return new Date(value).toISOString().replace(/\.\d+Z$/, 'Z');
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value))
    return value.length === 0 ? '-' : value.every((item) => typeof item !== 'object') ? clean(value.join(', ')) : `${value.length}`;
  if (typeof value === 'object') return clean(JSON.stringify(value));
  return clean(String(value));
}

const heading = (name) => name.replace(/[A-Z]/g, (letter) => ` ${letter}`).toUpperCase();
const wide = (text) => [...text].length;

export function table(columns, rows) {
  const cells = rows.map((row) => columns.map((column) => show(column, pick(row, column))));
  const heads = columns.map(heading);
  const widths = heads.map((head, index) => Math.max(wide(head), ...cells.map((row) => Math.min(60, wide(row[index])))));
  const line = (texts) =>
    texts
      .map((text, index) => (index === texts.length - 1 ? text : text + ' '.repeat(Math.max(0, widths[index] - wide(text)))))
      .join('  ')
      .trimEnd();
  return `${[line(heads), ...cells.map(line)].join('\n')}\n`;
}

const pick = (value, path) => path.split('.').reduce((inner, part) => inner?.[part], value);

export function renderOutput(command, value, options) {
  if (options.json) return `${JSON.stringify(value, null, 2)}\n`;
  if (command.table) {
    const rows = command.table.path === '' ? value : pick(value, command.table.path);
    if (Array.isArray(rows)) return renderTable(command, value, rows);
  }
  return keyValues(value, '');
}

function renderTable(command, value, rows) {
  let out = rows.length === 0 ? 'None.\n' : table(command.table.columns, rows);
  for (const skipped of value.skipped ?? []) if (skipped.user) out += `Left alone: ${clean(skipped.user)}: ${clean(skipped.why)}\n`;
  if (typeof value.total === 'number' && value.total > rows.length)
    out += `${rows.length} of ${value.totalIsFloor ? 'more than ' : ''}${value.total}.\n`;
  if (value.next !== null && value.next !== undefined)
    out += `More: add ${typeof value.next === 'number' ? '--after' : '--cursor'} ${value.next}\n`;
  return out;
}

/** Nested objects as dotted names, lists of objects as a table below. */
function keyValues(value, prefix) {
  if (typeof value !== 'object' || value === null) return `${show(prefix, value)}\n`;
  const lines = [];
  const below = [];
  const walk = (object, path) => {
    for (const [name, item] of Object.entries(object)) {
      const key = path === '' ? name : `${path}.${name}`;
      if (Array.isArray(item) && item.length > 0 && item.every((one) => typeof one === 'object' && one !== null)) below.push([key, item]);
      else if (typeof item === 'object' && item !== null && !Array.isArray(item) && Object.keys(item).length > 0) walk(item, key);
      else lines.push([key, show(name, item)]);
    }
  };
  walk(value, prefix);
  const width = Math.max(0, ...lines.map(([key]) => key.length));
  let out = lines.map(([key, text]) => `${`${key}:`.padEnd(width + 1)} ${text}\n`).join('');
  for (const [key, rows] of below) out += `\n${key}:\n${table([...new Set(rows.flatMap((row) => Object.keys(row)))].slice(0, 10), rows)}`;
  return out;
}

export function renderFault(fault) {
  const fields = Object.entries(fault.fields ?? {}).filter(([name]) => name !== '');
  const more =
    fields.length > 1 || (fields.length === 1 && !fault.message.includes(fields[0][1]))
      ? fields.map(([name, problem]) => `  ${clean(name)}: ${clean(problem)}\n`).join('')
      : '';
  const trace = fault.kind === 'bug' ? `Trace: ${clean(String(fault.details?.trace ?? '-'))}\n` : '';
  return `${clean(fault.message)}\n${more}${trace}`;
}
