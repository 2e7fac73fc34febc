'use client';
import { type ActionState, fieldsOf, problemOf } from './action-state.ts';
import { ErrorSummary } from './error-summary.tsx';

/** On top of a page's form: how the last try failed, each problem linked to its field. `tries` counts them, so that each failure takes the focus. */
export function FormProblems({
  state,
  labels,
  tries,
}: {
  state: ActionState<unknown>;
  labels: Readonly<Record<string, string>>;
  tries: number;
}) {
  const problem = problemOf(state);
  if (problem === null) return null;
  return (
    <ErrorSummary
      key={tries}
      message={state.is === 'invalid' ? state.message : problem}
      problems={Object.entries(fieldsOf(state)).map(([id, each]) => ({ id, label: labels[id] ?? id, problem: each }))}
    />
  );
}
