import type { AnyUseCase } from './define.ts';

/** The use cases by area and verb, as the faces see them. */
export type UseCaseTable = Readonly<Record<string, Readonly<Record<string, AnyUseCase>>>>;

export const allUseCases = (table: UseCaseTable): AnyUseCase[] => Object.values(table).flatMap((verbs) => Object.values(verbs));
