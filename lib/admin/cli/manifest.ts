import type { AnyUseCase } from '../shared/define.ts';
import { allUseCases, type UseCaseTable } from '../shared/registry.ts';
import { type Field, fieldsOf } from '../shared/schema.ts';
import type { CliFace } from '../shared/use-case.ts';

/**
 * What the client needs to know of each command; it knows nothing by itself, so a new use case needs no new client.
 * Plain JSON.
 */
export interface Command {
  readonly id: string;
  readonly words: readonly string[];
  readonly aliases: readonly (readonly string[])[];
  readonly title: string;
  readonly summary: string;
  readonly usage: string;
  readonly positionals: readonly {
    readonly field: string;
    readonly name: string;
    readonly required: boolean;
    readonly many: boolean;
    readonly file: boolean;
    readonly help: string;
  }[];
  readonly flags: readonly {
    readonly field: string;
    readonly flag: string;
    readonly required: boolean;
    readonly isSwitch: boolean;
    /** `--no-FLAG` says something that leaving it out does not. */
    readonly canBeOff: boolean;
    readonly many: boolean;
    readonly file: boolean;
    readonly help: string;
  }[];
  readonly table: { readonly path: string; readonly columns: readonly string[] } | null;
  readonly examples: readonly string[];
  readonly waits: boolean;
  readonly isFile: boolean;
}

export function manifestOf(table: UseCaseTable): readonly Command[] {
  return allUseCases(table).flatMap((useCase) => commandOf(useCase) ?? []);
}

/** `rollcall users add ID --password PASSWORD [--name NAME]`; null without this face. */
export const usageOf = (useCase: AnyUseCase): string | null => commandOf(useCase)?.usage ?? null;

function commandOf(useCase: AnyUseCase): Command | null {
  if ('none' in useCase.cli) return null;
  const face: CliFace = useCase.cli;
  const fields = fieldsOf(useCase.input);
  const positionals = (face.positionals ?? []).map(({ field: name, name: shown, file }, index, all) => {
    const field = fields.find((known) => known.name === name);
    return {
      field: name,
      name: shown,
      required: field?.required ?? false,
      many: field?.type === 'array' && index === all.length - 1,
      file: file ?? false,
      help: field?.help ?? '',
    };
  });
  // What is given by position can be given by name as well: a password belongs into a file, not into the list of processes.
  const flags = fields.map((field) => {
    const own = face.flags?.[field.name];
    return {
      field: field.name,
      flag: own?.flag ?? kebab(field.name),
      required: field.required && !positionals.some((positional) => positional.field === field.name),
      isSwitch: field.type === 'boolean',
      canBeOff: field.type === 'boolean' && field.fallback !== false && !field.isOnlyTrue,
      many: field.type === 'array',
      file: own?.file ?? false,
      help: helpOf(field, own?.help),
    };
  });
  const command = { words: face.words, positionals, flags };
  return {
    id: useCase.id,
    ...command,
    aliases: face.aliases ?? [],
    title: useCase.title,
    summary: useCase.summary,
    usage: usage(command),
    table: face.table ?? null,
    examples: face.examples ?? [],
    waits: face.waits ?? false,
    isFile: !('none' in useCase.rest) && useCase.rest.produces !== undefined,
  };
}

const kebab = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

function helpOf(field: Field, own: string | undefined): string {
  const parts = [own ?? field.help];
  if (field.choices.length > 0 && field.choices.length <= 8) parts.push(`one of: ${field.choices.join(', ')}`);
  if (field.fallback !== undefined && field.fallback !== '' && field.type !== 'object') parts.push(`default: ${String(field.fallback)}`);
  return parts.filter(Boolean).join('; ');
}

function usage({ words, positionals, flags }: Pick<Command, 'words' | 'positionals' | 'flags'>): string {
  const parts = ['rollcall', ...words];
  for (const { name, required, many } of positionals) {
    const text = many ? `${name}...` : name;
    parts.push(required ? text : `[${text}]`);
  }
  const byPosition = new Set(positionals.map((positional) => positional.field));
  for (const { field, flag, required, isSwitch, canBeOff } of flags) {
    if (byPosition.has(field)) continue;
    const text = isSwitch ? `--${canBeOff ? '[no-]' : ''}${flag}` : `--${flag} ${flag.replaceAll('-', '_').toUpperCase()}`;
    parts.push(required ? text : `[${text}]`);
  }
  return parts.join(' ');
}
