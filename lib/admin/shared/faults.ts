import { defineFaults } from '../../kernel/faults.ts';

/** Refusals any use case can give. */
export const adminFaults = defineFaults('admin', {
  notPermitted: { kind: 'refused', message: 'This needs the permission "{permission}". {who}' },
  invalid: { kind: 'invalid', message: '{summary}' },
  bug: { kind: 'bug', message: 'Something went wrong inside the server. Nothing was changed. The log names it {trace}.' },
  effectBroke: { kind: 'bug', message: 'Something went wrong inside the server while this was under way. The log names it {trace}.' },
  databaseDown: { kind: 'down', message: 'The database cannot be reached at the moment. Nothing was changed. Try again when it is back.' },
  unauthenticated: { kind: 'refused', message: 'Sign in, or send a token as "Authorization: Bearer ...".' },
  foreignOrigin: { kind: 'refused', message: 'This request came from another site.' },
  noSuchPath: { kind: 'missing', message: 'There is nothing at {path}. The reference is at /api/v1/openapi.json.' },
  wrongMethod: { kind: 'invalid', message: '{method} is not possible here; {allowed} is.' },
  wrongType: { kind: 'invalid', message: 'Send the body as {expected}.' },
  tooLarge: { kind: 'invalid', message: 'The body is larger than {limit}.' },
  badJson: { kind: 'invalid', message: 'The body is not valid JSON.' },
  badPath: { kind: 'invalid', message: 'The path holds characters that are not allowed.' },
  exportRunning: { kind: 'busy', message: 'An export is running already. Wait for it to end, or close it.' },
  tooFast: { kind: 'busy', message: 'Too many requests. At most {rate} per second are answered.' },
});
