import type { z } from 'zod';
import type { Fault } from '../../kernel/faults.ts';
import type { Result } from '../../kernel/result.ts';
import type { AdminStores, NewAudit } from './ports.ts';
import type { Permission, Viewer } from './viewer.ts';

/**
 * One thing an operator can do. Console, REST, command line and XEP-0133 are thin faces of it: permission, validation, audit and
 * transaction happen in the wrapper around `run`, so no face can forget them.
 */
export interface UseCase<I extends z.ZodType, O extends z.ZodType, D> {
  /** `area.verbThing`, for example `users.create`. */
  readonly id: string;
  readonly title: string;
  /** One sentence for the reference, the help of the command line and OpenAPI. */
  readonly summary: string;
  readonly may: Permission;
  /** `entity.verb`; absent for reads that need no record. */
  readonly audit?: string;
  readonly input: I;
  readonly output: O;
  readonly rest: RestFace | { readonly none: string };
  readonly cli: CliFace | { readonly none: string };
  /**
   * `read`: no transaction. `change`: one transaction holds the change, the audit record and what is announced after commit.
   * `effect`: acts on the running engine or the disk and may take seconds: no transaction around it, the record is written after it.
   */
  readonly kind: 'read' | 'change' | 'effect';
  run(input: z.output<I>, ctx: UseCaseContext<D>): Promise<Result<z.input<O>, Fault>>;
}

export interface RestFace {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below `/api/v1`, with `{name}` for input fields taken from the path; other fields come from the query (GET, DELETE) or the JSON body. */
  readonly path: string;
  /** Media type when the body or answer is not JSON (CSV import and export); such a body is the text of the input field `bodyField`. */
  readonly body?: string;
  readonly bodyField?: string;
  readonly produces?: string;
  /** Default 200. */
  readonly status?: 201 | 202;
}

export interface CliFace {
  /** Words, for example `['users', 'add']`. */
  readonly words: readonly string[];
  /** Input fields given by position, in order; `FILE` fields are read by the client and sent as text. */
  readonly positionals?: readonly { readonly field: string; readonly name: string; readonly file?: boolean }[];
  /** Input fields given as `--flag`; default: every other field in kebab-case. */
  readonly flags?: Readonly<Record<string, { readonly flag: string; readonly help: string; readonly file?: boolean }>>;
  /** Columns of the table printed without `--json`; absent: the output as `key: value` lines. */
  readonly table?: { readonly path: string; readonly columns: readonly string[] };
  readonly examples?: readonly string[];
  /** Other words for the same, for example the original's (`['utils', 'service', 'list']`). */
  readonly aliases?: readonly (readonly string[])[];
  /** The output is a job: the client shows its progress and waits for its end, unless told `--no-wait`. */
  readonly waits?: boolean;
}

export interface UseCaseContext<D> {
  readonly viewer: Viewer;
  /** Names this call in the log, in the answer and in the audit record of a refusal. */
  readonly trace: string;
  /** Bound to the transaction in a `change`, plain in a `read`. */
  readonly stores: AdminStores;
  readonly deps: D;
  /** Fills the audit record; the wrapper writes it, also for refusals. */
  audit(facts: Partial<Pick<NewAudit, 'target' | 'targetKey' | 'before' | 'after' | 'detail' | 'parentId'>>): void;
  /** Runs after the commit. For effects on the running engine (evict a user, swap a setting, emit an event). */
  afterCommit(fn: () => void): void;
}
