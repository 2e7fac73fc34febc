import { z } from 'zod';
import type { Fault } from '../../kernel/faults.ts';
import { ok, type Result, refuse } from '../../kernel/result.ts';
import type { Operator, SignInOutcome } from '../../security/ports.ts';
import { type AdminDeps, defineUseCase } from '../shared/define.ts';
import type { UseCaseContext } from '../shared/use-case.ts';
import { authFaults, operatorFaults } from './faults.ts';
import { findOperator } from './find-operator.ts';
import {
  disableSecondFactorInput,
  enableSecondFactorInput,
  proposeSecondFactorInput,
  renewRecoveryCodesInput,
  resetSecondFactorInput,
  secondFactorInput,
} from './inputs.ts';
import { recoveryCodes, secondFactorProposal, secondFactorView } from './outputs.ts';
import { permissionsOf, refuseAbove } from './role-guard.ts';
import { isSecondFactorAsked } from './second-factor-asked.ts';

type Context = UseCaseContext<AdminDeps>;

const onlyInTheConsole = {
  rest: { none: 'A token stands for a program, which signs in without a second factor.' },
  cli: { none: 'The command line has no operator of its own; operators reset-second-factor helps somebody who lost the device.' },
} as const;

async function me(ctx: Context): Promise<Result<Operator, Fault>> {
  ctx.audit({ target: ctx.viewer.name, targetKey: `operator:${ctx.viewer.id}` });
  if (ctx.viewer.kind !== 'person') return refuse(operatorFaults.onlyPeople({ name: ctx.viewer.name }));
  const operator = await ctx.stores.operators.get(ctx.viewer.id);
  return operator ? ok(operator) : refuse(operatorFaults.missing({ operator: ctx.viewer.name }));
}

const isAsked = async (ctx: Context, operator: Operator): Promise<boolean> =>
  isSecondFactorAsked(ctx.deps.settings.section('console').get().secondFactor, (await permissionsOf(ctx, operator.role)) ?? []);

/** Guessing here is guessing as at sign-in, and is counted with it. */
async function guarded(
  ctx: Context,
  operator: Operator,
  mechanism: string,
  wrong: SignInOutcome,
  isRight: () => Promise<boolean>,
): Promise<boolean> {
  const { guard, clock } = ctx.deps;
  const { allowed } = await guard.before('console', operator.username, ctx.viewer.address);
  if (allowed && (await isRight())) return true;
  guard.after({
    at: clock.now(),
    kind: 'console',
    name: operator.username,
    accountId: null,
    address: ctx.viewer.address,
    mechanism,
    outcome: allowed ? wrong : 'backed-off',
  });
  return false;
}

const isOwnCode = (ctx: Context, operator: Operator, code: string): Promise<boolean> =>
  guarded(
    ctx,
    operator,
    'second-factor-change',
    'wrong-second-factor',
    async () => (await ctx.deps.secondFactor.check(ctx.stores.secondFactors, operator.id, code)) === 'right',
  );

const wrongCode = (field: string): Fault =>
  authFaults.wrongCode({}, { fields: { [field]: 'This code is not right, or was used already.' } });

const announce = (ctx: Context, operator: Operator): void =>
  ctx.afterCommit(() => ctx.deps.events.emit('operator.changed', { operatorId: operator.id, what: 'second-factor' }));

export const getSecondFactor = defineUseCase({
  id: 'self.getSecondFactor',
  title: 'The own second factor',
  summary: 'Whether the operator who is signed in uses a second factor, and how many recovery codes are left.',
  may: 'self.read',
  kind: 'read',
  input: secondFactorInput,
  output: secondFactorView,
  ...onlyInTheConsole,
  async run(_input, ctx) {
    const operator = await me(ctx);
    if (!operator.ok) return operator;
    const row = await ctx.stores.secondFactors.get(operator.value.id);
    return ok({
      enabled: row !== null,
      enabledAt: row?.enabledAt ?? null,
      recoveryCodes: row?.recoveryHashes.length ?? 0,
      asked: await isAsked(ctx, operator.value),
    });
  },
});

export const proposeSecondFactor = defineUseCase({
  id: 'self.proposeSecondFactor',
  title: 'Propose a second factor',
  summary: 'Makes a secret for an authenticator app. Nothing is stored until a code of the app has been given.',
  may: 'self.write',
  kind: 'read',
  input: proposeSecondFactorInput,
  output: secondFactorProposal,
  ...onlyInTheConsole,
  async run(_input, ctx) {
    const operator = await me(ctx);
    return operator.ok ? ok(ctx.deps.secondFactor.propose(operator.value.username)) : operator;
  },
});

export const enableSecondFactor = defineUseCase({
  id: 'self.enableSecondFactor',
  title: 'Set up the own second factor',
  summary:
    'From now on the operator signs in with a code besides the password. Gives recovery codes, shown once. Replaces an older device.',
  may: 'self.write',
  audit: 'operator.enable-second-factor',
  kind: 'change',
  input: enableSecondFactorInput,
  output: recoveryCodes,
  ...onlyInTheConsole,
  async run({ secret, code, password }, ctx) {
    const found = await me(ctx);
    if (!found.ok) return found;
    const operator = found.value;
    const { secondFactor, operatorPasswords, clock } = ctx.deps;
    const stored = await ctx.stores.operators.byUsername(operator.username);
    const knows = await guarded(
      ctx,
      operator,
      'second-factor-change',
      'wrong-password',
      async () => stored !== null && (await operatorPasswords.verify(password, stored.passwordHash)) !== 'wrong',
    );
    if (!knows) return refuse(authFaults.wrongPassword({}, { fields: { password: 'This is not the present password.' } }));
    const step = secondFactor.stepOf(secret, code);
    if (step === null) return refuse(wrongCode('code'));
    const { codes, hashes } = secondFactor.newRecoveryCodes();
    await ctx.stores.secondFactors.put({
      operatorId: operator.id,
      sealedSecret: secondFactor.seal(secret),
      enabledAt: clock.now(),
      lastStep: step,
      recoveryHashes: hashes,
    });
    announce(ctx, operator);
    return ok({ codes: [...codes] });
  },
});

export const disableSecondFactor = defineUseCase({
  id: 'self.disableSecondFactor',
  title: 'Remove the own second factor',
  summary: 'From now on the password alone is enough. Refused where the settings ask for a second factor.',
  may: 'self.write',
  audit: 'operator.disable-second-factor',
  kind: 'change',
  input: disableSecondFactorInput,
  output: secondFactorView,
  ...onlyInTheConsole,
  async run({ code }, ctx) {
    const found = await me(ctx);
    if (!found.ok) return found;
    const operator = found.value;
    if (await isAsked(ctx, operator)) return refuse(operatorFaults.secondFactorAsked());
    if ((await ctx.stores.secondFactors.get(operator.id)) === null)
      return refuse(operatorFaults.noSecondFactor({ username: operator.username }));
    if (!(await isOwnCode(ctx, operator, code))) return refuse(wrongCode('code'));
    await ctx.stores.secondFactors.remove(operator.id);
    announce(ctx, operator);
    return ok({ enabled: false, enabledAt: null, recoveryCodes: 0, asked: false });
  },
});

export const renewRecoveryCodes = defineUseCase({
  id: 'self.renewRecoveryCodes',
  title: 'New recovery codes',
  summary: 'Makes ten new recovery codes, shown once; the old ones stop working.',
  may: 'self.write',
  audit: 'operator.renew-recovery-codes',
  kind: 'change',
  input: renewRecoveryCodesInput,
  output: recoveryCodes,
  ...onlyInTheConsole,
  async run({ code }, ctx) {
    const found = await me(ctx);
    if (!found.ok) return found;
    const operator = found.value;
    if (!(await isOwnCode(ctx, operator, code))) return refuse(wrongCode('code'));
    const row = await ctx.stores.secondFactors.get(operator.id);
    if (row === null) return refuse(operatorFaults.noSecondFactor({ username: operator.username }));
    const { codes, hashes } = ctx.deps.secondFactor.newRecoveryCodes();
    await ctx.stores.secondFactors.put({ ...row, recoveryHashes: hashes });
    announce(ctx, operator);
    return ok({ codes: [...codes] });
  },
});

export const resetSecondFactor = defineUseCase({
  id: 'operators.resetSecondFactor',
  title: "Remove an operator's second factor",
  summary: 'For somebody who lost the device and the recovery codes. Ends nothing; the next sign-in asks for the password alone.',
  may: 'operators.write',
  audit: 'operator.reset-second-factor',
  kind: 'change',
  input: resetSecondFactorInput,
  output: z.object({ username: z.string() }),
  rest: { method: 'DELETE', path: '/operators/{operator}/second-factor' },
  cli: {
    words: ['operators', 'reset-second-factor'],
    positionals: [{ field: 'operator', name: 'OPERATOR' }],
    examples: ['rollcall operators reset-second-factor ana'],
  },
  async run({ operator: reference }, ctx) {
    ctx.audit({ target: reference });
    const found = await findOperator(ctx.stores, reference);
    if (!found.ok) return found;
    const { id, username } = found.value;
    ctx.audit({ target: username, targetKey: `operator:${id}` });
    const above = await refuseAbove(ctx, found.value);
    if (above) return refuse(above);
    if (!(await ctx.stores.secondFactors.remove(id))) return refuse(operatorFaults.noSecondFactor({ username }));
    announce(ctx, found.value);
    return ok({ username });
  },
});
