import { usageOf } from './cli/manifest.ts';
import type { AnyUseCase } from './shared/define.ts';
import type { Reference, ReferenceEntry, ReferenceField } from './shared/door.ts';
import { rolesWith } from './shared/permission.ts';
import { allUseCases, type UseCaseTable } from './shared/registry.ts';
import { type Field, fieldsOf, jsonSchemaOf } from './shared/schema.ts';
import { permissions } from './shared/viewer.ts';

/** Everything the reference page shows, from the use cases themselves. */
export function referenceOf(table: UseCaseTable): Reference {
  return {
    entries: allUseCases(table).map(entryOf),
    permissions: permissions.map((name) => ({ name, roles: rolesWith(name) })),
  };
}

function entryOf(useCase: AnyUseCase): ReferenceEntry {
  const { id, title, summary, may, kind, rest, cli } = useCase;
  return {
    id,
    area: id.split('.')[0] ?? '',
    title,
    summary,
    permission: may,
    kind,
    rest:
      'none' in rest
        ? rest
        : {
            method: rest.method,
            path: `/api/v1${rest.path}`,
            body: rest.method === 'GET' || rest.method === 'DELETE' ? '' : (rest.body ?? 'application/json'),
            produces: rest.produces ?? 'application/json',
          },
    cli: 'none' in cli ? cli : { usage: usageOf(useCase) ?? '', examples: cli.examples ?? [] },
    input: fieldsOf(useCase.input).map((field) => presentField(useCase, field)),
    output: jsonSchemaOf(useCase.output, 'output'),
  };
}

function presentField(useCase: AnyUseCase, field: Field): ReferenceField {
  const { rest } = useCase;
  const inPath = !('none' in rest) && rest.path.includes(`{${field.name}}`);
  const inQuery = !('none' in rest) && (rest.method === 'GET' || rest.method === 'DELETE');
  const type = field.choices.length > 0 ? field.choices.join(' | ') : field.type;
  return {
    name: field.name,
    type: field.type === 'array' ? `list of ${type === 'array' ? field.items : type}` : type,
    required: field.required,
    in: inPath ? 'path' : inQuery ? 'query' : 'body',
    help: field.help,
  };
}
