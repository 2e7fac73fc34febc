import { rolesWith } from '../shared/permission.ts';
import type { UseCaseTable } from '../shared/registry.ts';
import { fieldsOf, type JsonSchema, jsonSchemaOf } from '../shared/schema.ts';
import { type Route, routesOf } from './routes.ts';

/** OpenAPI 3.1 from the same schemas that check the input, so that the two cannot differ. */
export function openApiOf(table: UseCaseTable): JsonSchema {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routesOf(table)) {
    const path = paths[route.face.path] ?? {};
    path[route.face.method.toLowerCase()] = operation(route);
    paths[route.face.path] = path;
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Rollcall administration',
      version: '1',
      description: 'Every thing an operator can do. Times are milliseconds since 1970, UTC.',
    },
    servers: [{ url: '/api/v1' }],
    security: [{ token: [] }],
    tags: Object.keys(table).map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'A token made under Security, or with `rollcall tokens create`.' },
      },
      schemas: { Problem: problemSchema },
    },
  };
}

function operation({ useCase, face }: Route): JsonSchema {
  const fields = fieldsOf(useCase.input);
  const schema = jsonSchemaOf(useCase.input, 'input');
  const properties = (schema.properties ?? {}) as Record<string, JsonSchema>;
  const inPath = [...face.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
  const hasQuery = face.method === 'GET' || face.method === 'DELETE';
  const parameters = fields
    .filter((field) => inPath.includes(field.name) || hasQuery)
    .map((field) => ({
      name: field.name,
      in: inPath.includes(field.name) ? 'path' : 'query',
      required: inPath.includes(field.name) || field.required,
      description: field.help,
      schema: properties[field.name] ?? {},
    }));
  const rest = fields.filter((field) => !inPath.includes(field.name));
  const body =
    hasQuery || rest.length === 0
      ? null
      : face.body
        ? { [face.body]: { schema: { type: 'string' } } }
        : { 'application/json': { schema: without(schema, inPath) } };
  const answer = face.produces
    ? { [face.produces]: { schema: { type: 'string' } } }
    : { 'application/json': { schema: jsonSchemaOf(useCase.output, 'output') } };
  return {
    operationId: useCase.id,
    tags: [useCase.id.split('.')[0]],
    summary: useCase.title,
    description: `${useCase.summary} Needs the permission \`${useCase.may}\` (${rolesWith(useCase.may).join(', ')}).`,
    parameters,
    ...(body ? { requestBody: { required: rest.some((field) => field.required), content: body } } : {}),
    responses: {
      [String(face.status ?? 200)]: { description: 'Done', content: answer },
      default: {
        description: 'A problem (RFC 9457)',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  };
}

function without(schema: JsonSchema, names: readonly string[]): JsonSchema {
  const properties = Object.fromEntries(
    Object.entries((schema.properties ?? {}) as Record<string, unknown>).filter(([name]) => !names.includes(name)),
  );
  const required = ((schema.required ?? []) as readonly string[]).filter((name) => !names.includes(name));
  const { required: _, ...rest } = schema;
  return { ...rest, properties, ...(required.length > 0 ? { required } : {}) };
}

const problemSchema: JsonSchema = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'code', 'trace'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'What happened and what to do, for people' },
    code: { type: 'string', description: 'What programs decide by, for example users.userIdTaken' },
    fields: { type: 'object', additionalProperties: { type: 'string' }, description: 'Problems of single input fields by dotted path' },
    details: { type: 'object' },
    trace: { type: 'string', description: 'Names this request in the log' },
  },
};
