import { defineFaults, type Fault } from '../../kernel/faults.ts';
import { type Result, refuse } from '../../kernel/result.ts';
import { allUseCases, type UseCaseTable } from '../shared/registry.ts';
import type { CallUseCase } from '../shared/run.ts';
import { fieldsOf, fromTexts } from '../shared/schema.ts';
import { commandLineViewer } from '../shared/viewer.ts';

const cliFaults = defineFaults('cli', {
  unknown: { kind: 'missing', message: 'This server has no command {id}. Is the client of another version?' },
});

/** Values as the client read them: field to texts. */
export type CommandValues = Readonly<Record<string, readonly string[]>>;

/** Runs a command line's use case as the person at the machine, who may do everything (the socket is theirs alone). */
export function createExecute(
  call: CallUseCase,
  table: UseCaseTable,
): (id: string, values: CommandValues) => Promise<Result<unknown, Fault>> {
  const byId = new Map(allUseCases(table).map((useCase) => [useCase.id, useCase]));
  return async (id, values) => {
    const useCase = byId.get(id);
    if (!useCase || 'none' in useCase.cli) return refuse(cliFaults.unknown({ id }));
    return call(useCase, commandLineViewer, { ...fromTexts(fieldsOf(useCase.input), Object.entries(values)) });
  };
}
