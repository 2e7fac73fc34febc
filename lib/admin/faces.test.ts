import { describe, expect, it } from 'vitest';
import { adminFixture, viewerOf } from '../testing/admin-fixture.ts';
import { useCases } from './api.ts';
import { manifestOf } from './cli/manifest.ts';
import { openApiOf } from './rest/openapi.ts';
import { routesOf } from './rest/routes.ts';
import type { AnyUseCase } from './shared/define.ts';
import { allUseCases, type UseCaseTable } from './shared/registry.ts';
import { fieldsOf, jsonSchemaOf } from './shared/schema.ts';
import { permissions, rolePermissions } from './shared/viewer.ts';

const table = useCases as unknown as UseCaseTable;
const all = allUseCases(table);
const cases = all.map((useCase) => [useCase.id, useCase] as const);

describe('every use case', () => {
  it('is registered under its own id', () => {
    const places = Object.entries(table).flatMap(([area, verbs]) =>
      Object.entries(verbs).map(([verb, useCase]) => [`${area}.${verb}`, useCase.id]),
    );
    for (const [place, id] of places) expect(place).toBe(id);
    expect(places.length).toBeGreaterThan(20);
  });

  it.each(cases)('%s has all three faces, or says why not', (_id, useCase) => {
    for (const face of [useCase.rest, useCase.cli]) if ('none' in face) expect(face.none.length).toBeGreaterThan(20);
    expect(useCase.title).not.toBe('');
    expect(useCase.summary).toMatch(/\.$/);
    // Changes leave a record.
    if (useCase.kind !== 'read') expect(useCase.audit).toMatch(/^[a-z-]+\.[a-z-]+$/);
  });

  it.each(cases)('%s refuses unknown fields and explains the known ones', (_id, useCase) => {
    expect(jsonSchemaOf(useCase.input, 'input').additionalProperties).toBe(false);
    for (const field of fieldsOf(useCase.input)) expect(field.help, field.name).not.toBe('');
  });

  it.each(cases)('%s names only fields it has in its faces', (_id, useCase) => {
    const names = fieldsOf(useCase.input).map((field) => field.name);
    if (!('none' in useCase.rest)) {
      for (const [, name] of useCase.rest.path.matchAll(/\{(\w+)\}/g)) expect(names).toContain(name);
      if (useCase.rest.bodyField) expect(names).toContain(useCase.rest.bodyField);
    }
    if (!('none' in useCase.cli)) {
      for (const { field } of useCase.cli.positionals ?? []) expect(names).toContain(field);
      for (const field of Object.keys(useCase.cli.flags ?? {})) expect(names).toContain(field);
    }
  });

  it('has a path and method, and words, of its own', () => {
    const routes = routesOf(table).map((route) => `${route.face.method} ${route.face.path.replace(/\{\w+\}/g, '{}')}`);
    expect(new Set(routes).size).toBe(routes.length);
    const words = manifestOf(table).flatMap((command) => [command.words, ...command.aliases].map((name) => name.join(' ')));
    expect(words.filter((name, index) => words.indexOf(name) !== index)).toEqual([]);
  });

  it('changes nothing by GET (W-14)', () => {
    for (const { useCase, face } of routesOf(table))
      expect(`${useCase.id} ${face.method === 'GET'}`).toBe(`${useCase.id} ${face.method === 'GET' && useCase.kind === 'read'}`);
  });

  it('stands in the OpenAPI document', () => {
    const paths = openApiOf(table).paths as Record<string, Record<string, { operationId: string }>>;
    const ids = Object.values(paths).flatMap((path) => Object.values(path).map((operation) => operation.operationId));
    expect(ids.sort()).toEqual(
      all
        .filter((useCase) => !('none' in useCase.rest))
        .map((useCase) => useCase.id)
        .sort(),
    );
  });
});

describe('permission', () => {
  const roles = ['administrator', 'operator', 'read-only'] as const;
  const rows = all.flatMap((useCase) =>
    roles.map((role) => [useCase.id, role, rolePermissions[role].includes(useCase.may), useCase] as const),
  );

  it.each(rows)('%s as %s: permitted is %s', async (_id, role, isPermitted, useCase: AnyUseCase) => {
    const { call } = adminFixture();
    // No input passes no schema, so nothing is done; the answer tells whether it was the permission that stopped it.
    const result = await call(useCase, viewerOf(role), undefined);
    expect(result.ok).toBe(false);
    expect(!result.ok && result.fault.code !== 'admin.notPermitted').toBe(isPermitted);
  });

  it('is refused to somebody who has none', async () => {
    const { call } = adminFixture();
    for (const useCase of all)
      expect(await call(useCase, viewerOf('read-only', { permissions: [] }), {})).toMatchObject({
        ok: false,
        fault: { code: 'admin.notPermitted' },
      });
  });

  it('is never more for read-only than for operator, nor for operator than for administrator', () => {
    for (const permission of rolePermissions['read-only']) expect(rolePermissions.operator).toContain(permission);
    for (const permission of rolePermissions.operator) expect(permissions).toContain(permission);
  });
});
