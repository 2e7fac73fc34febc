import 'server-only';
import { headers } from 'next/headers';
import type { z } from 'zod';
import type { Fault } from '@/lib/kernel/faults.ts';
import type { Result } from '@/lib/kernel/result.ts';
import type { ActionState } from '@/lib/ui/patterns/action-state.ts';
import { factsOf, isOwnOrigin } from './request-facts.ts';
import { type ConsoleViewer, currentViewer } from './viewer.ts';

/**
 * Builds every server action of the console: own origin, signed in, input by schema, then the use case, and its outcome as plain
 * data. Permission, audit and transaction are the use case's. A thrown error is a bug and reaches the error page with its digest.
 */
export function consoleAction<S extends z.ZodType, T>(
  schema: S,
  run: (input: z.input<S>, viewer: ConsoleViewer) => Promise<Result<T, Fault>>,
): (input: z.input<S>) => Promise<ActionState<T>> {
  return async (input) => {
    if (!isOwnOrigin(factsOf(await headers())))
      return refused('console.origin', 'This request did not come from the console. Open the page again.');
    const viewer = await currentViewer();
    if (!viewer)
      return refused('console.signed-out', 'Your session has ended. Sign in again; what you typed stays in this page until you leave it.');
    const parsed = schema.safeParse(input);
    if (!parsed.success) {
      const fields: Record<string, string> = {};
      for (const issue of parsed.error.issues) fields[issue.path.join('.')] ??= issue.message;
      return { is: 'invalid', message: 'Some values cannot be used:', fields };
    }
    return stateOf(await run(input, viewer));
  };
}

/** The outcome of a use case as a form understands it. */
export function stateOf<T>(result: Result<T, Fault>): ActionState<T> {
  if (result.ok) return { is: 'done', value: result.value };
  const { fault } = result;
  // "Taken" belongs to the field it concerns, as every other problem of what was typed.
  if (fault.kind === 'invalid' || (fault.kind === 'conflict' && fault.fields))
    return { is: 'invalid', message: fault.message, fields: fault.fields ?? {} };
  if (fault.kind === 'conflict') return { is: 'conflict', message: fault.message, details: fault.details ?? {} };
  return { is: 'refused', code: fault.code, message: fault.message, trace: traceOf(fault) };
}

/** The number under which the log tells more. */
export function traceOf(fault: Fault): string | null {
  const trace = fault.details?.trace;
  return typeof trace === 'string' ? trace : null;
}

const refused = (code: string, message: string) => ({ is: 'refused', code, message, trace: null }) as const;
