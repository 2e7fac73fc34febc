/** What a use case gives when it goes well: `Value<AdminApi['users']['find']>['items'][number]` is a row of it. */
export type Value<F extends (viewer: never, input: never) => Promise<unknown>> =
  Extract<Awaited<ReturnType<F>>, { readonly ok: true }> extends { readonly value: infer V } ? V : never;
