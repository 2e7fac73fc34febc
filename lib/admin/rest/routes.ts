import type { AnyUseCase } from '../shared/define.ts';
import { allUseCases, type UseCaseTable } from '../shared/registry.ts';
import type { RestFace } from '../shared/use-case.ts';

export interface Route {
  readonly useCase: AnyUseCase;
  readonly face: RestFace;
  readonly segments: readonly string[];
}
export type Match =
  | { readonly is: 'found'; readonly route: Route; readonly params: ReadonlyMap<string, string> }
  | { readonly is: 'other-method'; readonly allowed: readonly string[] }
  | { readonly is: 'nothing' };

export function routesOf(table: UseCaseTable): readonly Route[] {
  return allUseCases(table).flatMap((useCase) =>
    'none' in useCase.rest ? [] : [{ useCase, face: useCase.rest, segments: useCase.rest.path.split('/').slice(1) }],
  );
}

const param = /^\{(\w+)\}$/;

/** A literal segment wins over a parameter at the same place: `/users/export` is not the user "export". */
export function matchRoute(routes: readonly Route[], method: string, segments: readonly string[]): Match {
  const fitting = routes.filter(
    (route) =>
      route.segments.length === segments.length && route.segments.every((segment, i) => param.test(segment) || segment === segments[i]),
  );
  const literals = (route: Route) => route.segments.map((segment) => (param.test(segment) ? '1' : '0')).join('');
  const best = fitting.map(literals).sort()[0];
  const same = fitting.filter((route) => literals(route) === best);
  const route = same.find((candidate) => candidate.face.method === method);
  if (!route)
    return same.length > 0
      ? { is: 'other-method', allowed: [...new Set(same.map((candidate) => candidate.face.method))].sort() }
      : { is: 'nothing' };
  const params = new Map<string, string>();
  for (const [i, segment] of route.segments.entries()) {
    const name = param.exec(segment)?.[1];
    if (name) params.set(name, segments[i] ?? '');
  }
  return { is: 'found', route, params };
}

/** Null for a path that must not be looked at (W-3): encoded separators and dots, backslash, NUL, `..`, broken encoding. */
export function splitPath(path: string): readonly string[] | null {
  if (/%2f|%5c|%2e|%u|%00|\\/i.test(path)) return null;
  try {
    const segments = path.split('/').slice(1).map(decodeURIComponent);
    return segments.some((segment) => segment === '..' || segment === '.' || /[\u0000-\u001f\u007f]/.test(segment)) ? null : segments;
  } catch {
    return null;
  }
}
