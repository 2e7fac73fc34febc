import { z } from 'zod';
import { secretFields } from './fields.ts';

/**
 * Secrets never reach an audit record (limits L-1, L-3). Two nets: names of keys that say so, and the very values of the input
 * fields the schema marks, wherever they turn up.
 */
const secretName = /password|passphrase|secret|credential|private_?key|stored_?key|server_?key|^token$/i;
const stars = '***';
const longest = 2000;

/** Values of marked or secretly named fields of this input. */
export function secretsOf(schema: z.ZodType, input: unknown): readonly string[] {
  const found: string[] = [];
  collect(schema, input, found);
  return found.filter((value) => value.length > 0);
}

function unwrap(schema: z.ZodType): z.ZodType {
  let inner: unknown = schema;
  while (inner instanceof z.ZodOptional || inner instanceof z.ZodNullable || inner instanceof z.ZodDefault) {
    if (secretFields.has(inner)) break;
    inner = inner.unwrap();
  }
  return inner as z.ZodType;
}

function collect(schema: z.ZodType | undefined, input: unknown, found: string[]): void {
  const inner = schema && unwrap(schema);
  if (typeof input === 'string') {
    if (inner && secretFields.has(inner)) found.push(input);
    return;
  }
  if (Array.isArray(input)) {
    const element = inner instanceof z.ZodArray ? (inner.element as z.ZodType) : undefined;
    for (const item of input) collect(element, item, found);
    return;
  }
  if (typeof input !== 'object' || input === null) return;
  const shape = inner instanceof z.ZodObject ? (inner.shape as Record<string, z.ZodType>) : {};
  const { key: named, value: given } = input as { key?: unknown; value?: unknown };
  // A setting that is a secret.
  if (typeof named === 'string' && typeof given === 'string' && secretName.test(named)) found.push(given);
  for (const [key, value] of Object.entries(input)) {
    if (typeof value === 'string' && secretName.test(key)) found.push(value);
    else collect(shape[key], value, found);
  }
}

/** A plain-JSON copy fit for the audit log: secrets as `***`, long text cut, nothing but JSON kinds. */
export function redact(value: unknown, secrets: readonly string[], depth = 0): unknown {
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return value;
  if (typeof value === 'string') return redactText(value, secrets);
  if (depth > 8) return '…';
  if (Array.isArray(value)) {
    const head = value.slice(0, 200).map((item) => redact(item, secrets, depth + 1));
    return value.length > 200 ? [...head, `… ${value.length - 200} more`] : head;
  }
  if (typeof value !== 'object') return value === undefined ? undefined : String(value);
  const copy: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    if (item === undefined) continue;
    const isSecret = secretName.test(key) && item !== null && typeof item !== 'boolean' && typeof item !== 'number';
    copy[key] = isSecret ? stars : redact(item, secrets, depth + 1);
  }
  return copy;
}

export function redactText(text: string, secrets: readonly string[]): string {
  let out = text.includes('PRIVATE KEY-----') ? stars : text;
  for (const secret of secrets) {
    if (out === secret) return stars;
    // Short secrets are only replaced where they stand alone: "a" would star every word.
    if (secret.length >= 4 && out.includes(secret)) out = out.replaceAll(secret, stars);
  }
  return out.length > longest ? `${out.slice(0, longest)}…` : out;
}
