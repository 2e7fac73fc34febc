import { type Fault, type FaultKind, httpStatusOf } from '../../kernel/faults.ts';
import type { RestAnswer } from '../shared/door.ts';

const titles: Readonly<Record<FaultKind, string>> = {
  refused: 'Not permitted',
  missing: 'Not found',
  conflict: 'Conflict',
  invalid: 'Not valid',
  busy: 'Too much at once',
  down: 'Not available',
  bug: 'Fault inside the server',
};

export const plainHeaders: Readonly<Record<string, string>> = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

/** RFC 9457. `code` is what programs decide by; `type` names the same as a URI. */
export function problem(
  fault: Fault,
  trace: string,
  override: { status?: number; headers?: Readonly<Record<string, string>> } = {},
): RestAnswer {
  const status = override.status ?? httpStatusOf[fault.kind];
  const { trace: own, ...details } = fault.details ?? {};
  const body = {
    type: `urn:rollcall:problem:${fault.code}`,
    title: titles[fault.kind],
    status,
    detail: fault.message,
    code: fault.code,
    ...(fault.fields ? { fields: fault.fields } : {}),
    ...(Object.keys(details).length > 0 ? { details } : {}),
    trace: typeof own === 'string' ? own : trace,
  };
  return {
    status,
    headers: { ...plainHeaders, 'content-type': 'application/problem+json', ...override.headers },
    body: JSON.stringify(body),
  };
}
