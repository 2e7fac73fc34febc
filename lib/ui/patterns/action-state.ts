/** How a server action ended. Plain data, so that it crosses from server to browser; `is` decides, never the text. */
export type ActionState<T = void> =
  | { readonly is: 'idle' }
  | { readonly is: 'done'; readonly value: T }
  | { readonly is: 'invalid'; readonly message: string; readonly fields: Readonly<Record<string, string>> }
  | { readonly is: 'conflict'; readonly message: string; readonly details: Readonly<Record<string, unknown>> }
  | { readonly is: 'refused'; readonly message: string; readonly code: string; readonly trace: string | null };

/** The sentence to show, or null when it went well. For ConfirmDialog: `onConfirm={async () => problemOf(await endSessions(ids))}`. */
export const problemOf = (state: ActionState<unknown>): string | null => {
  if (state.is === 'idle' || state.is === 'done') return null;
  if (state.is === 'invalid') return [state.message, ...Object.values(state.fields)].join(' ');
  return state.message;
};
/** Problem of each field, by dotted path. */
export const fieldsOf = (state: ActionState<unknown>): Readonly<Record<string, string>> => (state.is === 'invalid' ? state.fields : {});
