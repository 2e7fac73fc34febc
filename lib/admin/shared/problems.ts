import type { z } from 'zod';
import type { Fault } from '../../kernel/faults.ts';
import { adminFaults } from './faults.ts';

/** Sentences for people instead of the library's words; a message given in the schema wins over these. */
function sentence(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return 'Required.';
      return `Must be ${typeNames[issue.expected] ?? issue.expected}.`;
    case 'too_small':
      if (issue.origin === 'string') return issue.minimum === 1 ? 'Required.' : `Must have at least ${issue.minimum} characters.`;
      if (issue.origin === 'array') return issue.minimum === 1 ? 'Name at least one.' : `Name at least ${issue.minimum}.`;
      return `Must be at least ${issue.minimum}.`;
    case 'too_big':
      if (issue.origin === 'string') return `Must have at most ${issue.maximum} characters.`;
      if (issue.origin === 'array') return `Name at most ${issue.maximum}.`;
      return `Must be at most ${issue.maximum}.`;
    case 'invalid_value':
      return issue.values.length === 1 ? `Must be ${String(issue.values[0])}.` : `Must be one of: ${issue.values.map(String).join(', ')}.`;
    case 'invalid_union':
      return 'Has none of the allowed forms.';
    default:
      return undefined;
  }
}
const typeNames: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

/** Parses by the schema; problems are keyed by dotted path. Unknown keys are problems too when the schema is strict (W-7). */
export function validate<S extends z.ZodType>(schema: S, input: unknown): { ok: true; value: z.output<S> } | { ok: false; fault: Fault } {
  const parsed = schema.safeParse(input, { error: sentence });
  if (parsed.success) return { ok: true, value: parsed.data };
  const fields: Record<string, string> = {};
  for (const issue of parsed.error.issues) {
    const path = issue.path.map(String).join('.');
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) fields[path === '' ? key : `${path}.${key}`] = 'There is no such field.';
    } else if (!(path in fields)) {
      fields[path] = issue.message;
    }
  }
  return { ok: false, fault: invalidFields(fields) };
}

/** An `invalid` fault from problems by dotted path; the empty path is a problem of the whole. */
export function invalidFields(fields: Record<string, string>): Fault {
  const all = Object.entries(fields);
  const [path, text] = all[0] ?? ['', 'The input is not valid.'];
  const first = path === '' ? text : `${path}: ${text}`;
  return adminFaults.invalid({ summary: all.length > 1 ? `${first} (and ${all.length - 1} more)` : first }, { fields });
}
