import type { Fault } from '../../kernel/faults.ts';
import { secretId } from '../../kernel/ids.ts';
import { ok, type Result, refuse } from '../../kernel/result.ts';
import { isDatabaseAway } from './database-away.ts';
import type { AdminDeps, AnyUseCase } from './define.ts';
import { createDownloads } from './downloads.ts';
import { adminFaults } from './faults.ts';
import { checkPermission } from './permission.ts';
import type { AdminStores, AuditRecord, NewAudit } from './ports.ts';
import { validate } from './problems.ts';
import { redact, redactText, secretsOf } from './redact.ts';
import type { UseCaseContext } from './use-case.ts';
import type { Viewer } from './viewer.ts';

/**
 * The only way a use case is called. Order: permission, validation, the work, the record, the commit, the effects. A refusal of a
 * change is recorded too, in a write of its own, because the transaction it would belong to was rolled back.
 */
export type CallUseCase = (useCase: AnyUseCase, viewer: Viewer, input: unknown, trace?: string) => Promise<Result<unknown, Fault>>;

type Facts = Partial<Pick<NewAudit, 'target' | 'targetKey' | 'before' | 'after' | 'detail' | 'parentId'>>;
/** Carries a refusal out of the transaction, so that what the work wrote before it is rolled back. */
class Refusal {
  readonly fault: Fault;
  constructor(fault: Fault) {
    this.fault = fault;
  }
}

export function createCall(deps: AdminDeps): CallUseCase {
  const countDownload = createDownloads();
  return async (useCase, viewer, input, trace = secretId(9)) => {
    const facts: Facts = {};
    const withTrace = (fault: Fault) => refuse({ ...fault, details: { ...fault.details, trace } });

    const missing = checkPermission(viewer, useCase.may);
    if (missing) {
      if (useCase.kind !== 'read') await recordApart(useCase, viewer, input, asked(input), 'refused', missing.message);
      return withTrace(missing);
    }
    const parsed = validate(useCase.input, input);
    if (!parsed.ok) return withTrace(parsed.fault);

    const effects: (() => void)[] = [];
    const contextFor = (stores: AdminStores): UseCaseContext<AdminDeps> => ({
      viewer,
      trace,
      stores,
      deps,
      audit: (more) => void Object.assign(facts, more),
      afterCommit: (fn) => void effects.push(fn),
    });

    let outcome: Result<unknown, Fault>;
    let recorded: AuditRecord | null = null;
    try {
      if (useCase.kind === 'change') {
        outcome = await deps.uow.run(async (stores) => {
          const result = await useCase.run(parsed.value, contextFor(stores));
          if (!result.ok) throw new Refusal(result.fault);
          const value = useCase.output.parse(result.value);
          if (useCase.audit) recorded = await stores.audit.append(entry(useCase, viewer, parsed.value, facts, 'done', ''));
          return ok(value);
        });
      } else {
        const result = await useCase.run(parsed.value, contextFor(deps.uow.stores));
        outcome = result.ok ? countDownload(viewer, useCase.output.parse(result.value)) : result;
      }
    } catch (error) {
      outcome = refuse(faultIn(error) ?? broken(useCase, viewer, error, trace));
    }

    if (!outcome.ok) {
      const kind = outcome.fault.kind === 'bug' || outcome.fault.kind === 'down' ? 'failed' : 'refused';
      // A failed effect may have done half of its work: the effects it named still tell the others what is true now.
      if (useCase.kind === 'effect') runEffects(effects, useCase.id, trace);
      if (useCase.kind !== 'read')
        await recordApart(useCase, viewer, parsed.value, { ...asked(parsed.value), ...facts }, kind, outcome.fault.message);
      return withTrace(outcome.fault);
    }
    runEffects(effects, useCase.id, trace);
    if (useCase.kind !== 'change' && useCase.audit) await recordApart(useCase, viewer, parsed.value, facts, 'done', '');
    else if (recorded) deps.events.emit('audit.appended', { id: (recorded as AuditRecord).id });
    return outcome;
  };

  function entry(useCase: AnyUseCase, viewer: Viewer, input: unknown, facts: Facts, result: NewAudit['result'], detail: string): NewAudit {
    const secrets = secretsOf(useCase.input, input);
    return {
      actor: viewer.name,
      actorKind: viewer.kind,
      role: viewer.role,
      address: viewer.address,
      action: useCase.audit ?? useCase.id,
      target: redactText(facts.target ?? '', secrets),
      targetKey: redactText(facts.targetKey ?? '', secrets),
      before: redact(facts.before ?? null, secrets),
      after: redact(facts.after ?? null, secrets),
      result,
      detail: redactText([detail, facts.detail].filter(Boolean).join(' '), secrets),
      parentId: facts.parentId ?? null,
    };
  }

  async function recordApart(
    useCase: AnyUseCase,
    viewer: Viewer,
    input: unknown,
    facts: Facts,
    result: NewAudit['result'],
    detail: string,
  ) {
    try {
      const record = await deps.uow.stores.audit.append(entry(useCase, viewer, input, facts, result, detail));
      deps.events.emit('audit.appended', { id: record.id });
    } catch (error) {
      deps.log.error('audit.append-failed', { action: useCase.audit ?? useCase.id, actor: viewer.name, result, error: String(error) });
    }
  }

  function broken(useCase: AnyUseCase, viewer: Viewer, error: unknown, trace: string): Fault {
    if (useCase.kind !== 'effect' && isDatabaseAway(error)) {
      deps.log.warn('admin.database-down', { useCase: useCase.id, trace });
      return adminFaults.databaseDown();
    }
    const stack = error instanceof Error ? error.stack : String(error);
    deps.log.error('admin.use-case-broke', { useCase: useCase.id, actor: viewer.name, trace, error: stack });
    return useCase.kind === 'effect' ? adminFaults.effectBroke({ trace }) : adminFaults.bug({ trace });
  }

  function runEffects(effects: readonly (() => void)[], id: string, trace: string) {
    for (const effect of effects) {
      try {
        effect();
      } catch (error) {
        // The change is committed and stays; what follows from it is repaired by the next event or restart.
        deps.log.error('admin.effect-broke', { useCase: id, trace, error: error instanceof Error ? error.stack : String(error) });
      }
    }
  }
}

/** What was asked for, for the record of a refusal. */
function asked(input: unknown): Facts {
  return typeof input === 'object' && input !== null && Object.keys(input).length > 0 ? { after: { asked: input } } : {};
}

/** A refusal thrown through the transaction; a store may throw one too, for example for a cursor that is none. */
export function faultIn(error: unknown): Fault | null {
  const fault = typeof error === 'object' && error !== null ? (error as { fault?: Partial<Fault> }).fault : undefined;
  return fault && typeof fault.code === 'string' && typeof fault.kind === 'string' && typeof fault.message === 'string'
    ? (fault as Fault)
    : null;
}
