import { type AdminApi, type UseCaseCalls, useCases } from './api.ts';
import { referenceOf } from './reference.ts';
import { csrfTokenOf } from './rest/csrf.ts';
import { createRest } from './rest/handle.ts';
import type { AdminDeps, AnyUseCase } from './shared/define.ts';
import type { AuthDoor, Reference } from './shared/door.ts';
import { type CallUseCase, createCall } from './shared/run.ts';
import type { Viewer } from './shared/viewer.ts';

export interface Admin {
  /** For pages and routes: `publishAdmin(admin.api)`. */
  readonly api: AdminApi;
  /** For faces that pick a use case at run time (command line, XEP-0133). */
  readonly call: CallUseCase;
}

/** Binds every use case to what the node is made of. */
export function createAdmin(deps: AdminDeps, auth: AuthDoor): Admin {
  const call = createCall(deps);
  const bind = (useCase: AnyUseCase) => (viewer: Viewer, input: unknown) => call(useCase, viewer, input);
  const calls = Object.fromEntries(
    Object.entries(useCases).map(([area, verbs]) => [
      area,
      Object.fromEntries(Object.entries(verbs).map(([verb, useCase]) => [verb, bind(useCase as AnyUseCase)])),
    ]),
  ) as unknown as UseCaseCalls;
  let reference: Reference | null = null;
  const api: AdminApi = {
    ...calls,
    auth,
    rest: createRest({ call, auth, clock: deps.clock, useCases }),
    reference: () => {
      reference ??= referenceOf(useCases);
      return reference;
    },
    csrfToken: (viewer) => csrfTokenOf(auth.cookieSecret, viewer),
    nodeName: deps.nodeName,
  };
  return { api, call };
}
