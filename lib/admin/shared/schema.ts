import { z } from 'zod';

/** What the faces need to know of an input schema, read from its JSON Schema: names, kinds, which are required, help. */
export interface Field {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'array' | 'object';
  /** Kind of the elements of an array. */
  readonly items: Field['type'];
  readonly nullable: boolean;
  readonly required: boolean;
  readonly help: string;
  readonly choices: readonly string[];
  readonly fallback: unknown;
  /** A switch that can only be given, not be denied. */
  readonly isOnlyTrue: boolean;
}

export type JsonSchema = Readonly<Record<string, unknown>>;

/** Without the address of the meta-schema: these stand inside a document that names it. */
export function jsonSchemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as JsonSchema;
  return rest;
}

const cache = new WeakMap<z.ZodType, readonly Field[]>();
export function fieldsOf(schema: z.ZodType): readonly Field[] {
  let fields = cache.get(schema);
  if (!fields) {
    const json = jsonSchemaOf(schema, 'input');
    const required = (json.required ?? []) as readonly string[];
    fields = Object.entries((json.properties ?? {}) as Record<string, JsonSchema>).map(([name, property]) =>
      fieldOf(name, property, required.includes(name)),
    );
    cache.set(schema, fields);
  }
  return fields;
}

function fieldOf(name: string, property: JsonSchema, required: boolean): Field {
  const variants = (property.anyOf as readonly JsonSchema[] | undefined) ?? [property];
  const main = variants.find((variant) => variant.type !== 'null') ?? property;
  const choices = main.enum ?? (main.items as JsonSchema | undefined)?.enum ?? [];
  return {
    name,
    type: typeOf(main),
    items: typeOf((main.items as JsonSchema | undefined) ?? {}),
    nullable: variants.some((variant) => variant.type === 'null'),
    required,
    help: String(property.description ?? main.description ?? ''),
    choices: (choices as readonly unknown[]).map(String),
    fallback: property.default,
    isOnlyTrue: main.const === true,
  };
}
function typeOf(property: JsonSchema): Field['type'] {
  const { type } = property;
  if (type === 'integer' || type === 'number' || type === 'boolean' || type === 'array' || type === 'object') return type;
  return 'string';
}

/**
 * Text from a query or a command line to what the schema expects. What does not fit stays text, so that the schema says what is wrong
 * with it. A list is given by repeating or with commas. Null-prototype object: a field may not be called `__proto__` into being.
 */
export function fromTexts(fields: readonly Field[], texts: Iterable<readonly [string, readonly string[]]>): Record<string, unknown> {
  const input: Record<string, unknown> = Object.create(null);
  for (const [name, values] of texts) {
    const field = fields.find((known) => known.name === name);
    if (!field) input[name] = values.length === 1 ? values[0] : values;
    else if (field.type === 'array')
      input[name] = values.flatMap((value) => value.split(',')).map((value) => one(field.items, value.trim(), false));
    else input[name] = values.length > 1 ? values : one(field.type, values[0] ?? '', field.nullable);
  }
  return input;
}

function one(type: Field['type'], text: string, nullable: boolean): unknown {
  if (nullable && /^(null|never|none)$/i.test(text)) return null;
  switch (type) {
    case 'integer':
    case 'number':
      return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
    case 'boolean':
      if (/^(true|yes|on|1|)$/i.test(text)) return true;
      return /^(false|no|off|0)$/i.test(text) ? false : text;
    case 'object':
      try {
        return JSON.parse(text) as unknown;
      } catch {
        return text;
      }
    default:
      return text;
  }
}
