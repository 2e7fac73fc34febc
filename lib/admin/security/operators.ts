import { z } from 'zod';
import type { Fault } from '../../kernel/faults.ts';
import { sortableId } from '../../kernel/ids.ts';
import { ok, type Result, refuse } from '../../kernel/result.ts';
import { passwordProblem } from '../../security/index.ts';
import type { Operator } from '../../security/ports.ts';
import { type AdminDeps, defineUseCase } from '../shared/define.ts';
import type { AdminStores } from '../shared/ports.ts';
import type { UseCaseContext } from '../shared/use-case.ts';
import { authFaults, operatorFaults } from './faults.ts';
import { findOperator } from './find-operator.ts';
import {
  changePasswordInput,
  createOperatorInput,
  deleteOperatorInput,
  getOperatorInput,
  listOperatorsInput,
  setOperatorPasswordInput,
  updateOperatorInput,
} from './inputs.ts';
import { type OperatorView, operatorView } from './outputs.ts';
import { refuseAbove, refuseRole } from './role-guard.ts';

type Context = UseCaseContext<AdminDeps>;

async function present(operator: Operator, stores: AdminStores, now: number): Promise<OperatorView> {
  const { id, username, name, role, enabled, mustChangePassword, source, createdAt, lastSignInAt, version } = operator;
  const open = (await stores.consoleSessions.listFor(id)).filter((session) => session.expiresAt > now);
  const secondFactor = (await stores.secondFactors.get(id)) !== null;
  return {
    id,
    username,
    name,
    role,
    enabled,
    mustChangePassword,
    source,
    secondFactor,
    createdAt,
    lastSignInAt,
    version,
    sessions: open.length,
  };
}

/**
 * W-5: one administrator who can sign in always stays. All administrators are written to first, in one order: two administrators who
 * take each other's role at the same time wait for each other's row lock here instead of both succeeding.
 */
async function guardLastAdministrator(stores: AdminStores, target: Operator): Promise<Fault | null> {
  // Whoever comes from a directory cannot sign in while it is away.
  const isAdministrator = (o: Operator) => o.role === 'administrator' && o.enabled && o.source === 'local';
  if (!isAdministrator(target)) return null;
  const before = (await stores.operators.list()).filter(isAdministrator).sort((a, b) => (a.id < b.id ? -1 : 1));
  for (const { id } of before) await stores.operators.update(id, { enabled: true });
  const after = (await stores.operators.list()).filter(isAdministrator);
  return after.some((o) => o.id !== target.id) ? null : operatorFaults.lastAdministrator({ username: target.username });
}

/** Ends the operator's console sessions, but not the one that asks for it. */
async function endSessions(ctx: Context, operator: Operator): Promise<void> {
  const keep = ctx.viewer.id === operator.id ? ctx.viewer.sessionId : undefined;
  const open = await ctx.stores.consoleSessions.listFor(operator.id);
  await ctx.stores.consoleSessions.removeFor(operator.id, keep);
  ctx.afterCommit(() => {
    for (const { id } of open) if (id !== keep) ctx.deps.events.emit('console-session.ended', { sessionId: id });
  });
}
const announce = (ctx: Context, operator: Operator, what: string): void =>
  ctx.afterCommit(() => ctx.deps.events.emit('operator.changed', { operatorId: operator.id, what }));

/** The file with the generated password says nothing true any more once the first operator's password changed, or the operator is gone. */
async function forgetInitialPassword(ctx: Context, operator: Operator): Promise<void> {
  const all = await ctx.stores.operators.list();
  if (all.some((other) => other.createdAt < operator.createdAt)) return;
  ctx.afterCommit(() => {
    ctx.deps.initialPassword.forget().catch((error: unknown) => ctx.deps.log.error('security.initial-password-kept', { error }));
  });
}

const table = { path: 'items', columns: ['username', 'name', 'role', 'enabled', 'secondFactor', 'sessions', 'lastSignInAt'] };

export const listOperators = defineUseCase({
  id: 'operators.list',
  title: 'List operators',
  summary: 'People who may use the console, with role and last sign-in.',
  may: 'operators.read',
  kind: 'read',
  input: listOperatorsInput,
  output: z.object({ items: z.array(operatorView) }),
  rest: { method: 'GET', path: '/operators' },
  cli: { words: ['operators', 'list'], table },
  async run(_input, { stores, deps }) {
    const now = deps.clock.now();
    return ok({ items: await Promise.all((await stores.operators.list()).map((o) => present(o, stores, now))) });
  },
});

export const getOperator = defineUseCase({
  id: 'operators.get',
  title: 'Show an operator',
  summary: 'One person who may use the console.',
  may: 'operators.read',
  kind: 'read',
  input: getOperatorInput,
  output: operatorView,
  rest: { method: 'GET', path: '/operators/{operator}' },
  cli: { words: ['operators', 'show'], positionals: [{ field: 'operator', name: 'OPERATOR' }] },
  async run({ operator }, { stores, deps }) {
    const found = await findOperator(stores, operator);
    return found.ok ? ok(await present(found.value, stores, deps.clock.now())) : found;
  },
});

export const createOperator = defineUseCase({
  id: 'operators.create',
  title: 'Add an operator',
  summary: 'Makes an account for the console.',
  may: 'operators.write',
  audit: 'operator.create',
  kind: 'change',
  input: createOperatorInput,
  output: operatorView,
  rest: { method: 'POST', path: '/operators' },
  cli: {
    words: ['operators', 'add'],
    positionals: [{ field: 'username', name: 'USERNAME' }],
    examples: ['rollcall operators add ana --password - --role administrator'],
  },
  async run({ username, password, name, role, mustChangePassword }, ctx) {
    ctx.audit({ target: username });
    const refused = await refuseRole(ctx, role);
    if (refused) return refuse(refused);
    const why = passwordProblem(password, username);
    if (why) return refuse(operatorFaults.weakPassword({ why }, { fields: { password: why } }));
    const passwordHash = await ctx.deps.operatorPasswords.hash(password);
    const made = await ctx.stores.operators.create({ id: sortableId(), username, name, role, passwordHash, mustChangePassword });
    if (made === 'taken') return refuse(operatorFaults.taken({ username }, { fields: { username: 'This user name is taken.' } }));
    ctx.audit({ targetKey: `operator:${made.id}`, after: { username, name, role, mustChangePassword } });
    announce(ctx, made, 'created');
    return ok(await present(made, ctx.stores, ctx.deps.clock.now()));
  },
});

export const updateOperator = defineUseCase({
  id: 'operators.update',
  title: 'Change an operator',
  summary: 'Changes name or role, enables or disables. A new role or a disabled account ends the console sessions of the operator.',
  may: 'operators.write',
  audit: 'operator.update',
  kind: 'change',
  input: updateOperatorInput,
  output: operatorView,
  rest: { method: 'PATCH', path: '/operators/{operator}' },
  cli: {
    words: ['operators', 'update'],
    positionals: [{ field: 'operator', name: 'OPERATOR' }],
    examples: ['rollcall operators update ana --role operator'],
  },
  async run({ operator, version, name, role, enabled }, ctx) {
    ctx.audit({ target: operator });
    const found = await findOperator(ctx.stores, operator);
    if (!found.ok) return found;
    const was = found.value;
    ctx.audit({ target: was.username, targetKey: `operator:${was.id}` });
    if (version !== undefined && version !== was.version) return refuse(operatorFaults.conflict({ username: was.username }));
    const refused = (await refuseAbove(ctx, was)) ?? (role === undefined || role === was.role ? null : await refuseRole(ctx, role));
    if (refused) return refuse(refused);
    if (was.source === 'directory' && role !== undefined && role !== was.role)
      return refuse(
        operatorFaults.ofDirectory({ username: was.username }, { fields: { role: 'Follows from the groups of the directory.' } }),
      );
    const loses = (role !== undefined && role !== 'administrator') || enabled === false;
    const last = loses ? await guardLastAdministrator(ctx.stores, was) : null;
    if (last) return refuse(last);
    const patch = {
      ...(name === undefined ? {} : { name }),
      ...(role === undefined ? {} : { role }),
      ...(enabled === undefined ? {} : { enabled }),
    };
    // The guard has written to the row, so its version is no longer the one that was seen; the row is ours until the commit.
    const now = await ctx.stores.operators.update(was.id, patch, loses ? undefined : version);
    if (now === null) return refuse(operatorFaults.missing({ operator }));
    if (now === 'conflict') return refuse(operatorFaults.conflict({ username: was.username }));
    ctx.audit({
      before: { name: was.name, role: was.role, enabled: was.enabled },
      after: { name: now.name, role: now.role, enabled: now.enabled },
    });
    // W-11: a session is rotated or ended at every change of privilege.
    if (now.role !== was.role || now.enabled !== was.enabled) await endSessions(ctx, now);
    announce(
      ctx,
      now,
      now.role !== was.role ? 'role-changed' : now.enabled !== was.enabled ? (now.enabled ? 'enabled' : 'disabled') : 'updated',
    );
    return ok(await present(now, ctx.stores, ctx.deps.clock.now()));
  },
});

export const deleteOperator = defineUseCase({
  id: 'operators.delete',
  title: 'Delete an operator',
  summary: 'Removes an account of the console, ends its sessions and revokes the tokens it made.',
  may: 'operators.write',
  audit: 'operator.delete',
  kind: 'change',
  input: deleteOperatorInput,
  output: z.object({ username: z.string(), sessionsEnded: z.int(), tokensRevoked: z.int() }),
  rest: { method: 'DELETE', path: '/operators/{operator}' },
  cli: { words: ['operators', 'remove'], positionals: [{ field: 'operator', name: 'OPERATOR' }] },
  async run({ operator }, ctx) {
    ctx.audit({ target: operator });
    const found = await findOperator(ctx.stores, operator);
    if (!found.ok) return found;
    const { id, username, role } = found.value;
    ctx.audit({ target: username, targetKey: `operator:${id}`, before: { username, role } });
    if (ctx.viewer.id === id) return refuse(operatorFaults.notYourself());
    const above = await refuseAbove(ctx, found.value);
    if (above) return refuse(above);
    const last = await guardLastAdministrator(ctx.stores, found.value);
    if (last) return refuse(last);
    await forgetInitialPassword(ctx, found.value);
    const sessions = await ctx.stores.consoleSessions.listFor(id);
    await endSessions(ctx, found.value);
    const made = (await ctx.stores.tokens.list()).filter((token) => token.createdBy === username && token.revokedAt === null);
    for (const token of made) await ctx.stores.tokens.revoke(token.id, ctx.deps.clock.now());
    ctx.afterCommit(() => {
      for (const token of made) ctx.deps.events.emit('token.changed', { tokenId: token.id, what: 'revoked' });
    });
    await ctx.stores.operators.remove(id);
    announce(ctx, found.value, 'removed');
    return ok({ username, sessionsEnded: sessions.length, tokensRevoked: made.length });
  },
});

export const setOperatorPassword = defineUseCase({
  id: 'operators.setPassword',
  title: "Set an operator's password",
  summary: 'Gives an operator a new password and ends the console sessions of that operator.',
  may: 'operators.write',
  audit: 'operator.set-password',
  kind: 'change',
  input: setOperatorPasswordInput,
  output: operatorView,
  rest: { method: 'PUT', path: '/operators/{operator}/password' },
  cli: {
    words: ['operators', 'password'],
    positionals: [{ field: 'operator', name: 'OPERATOR' }],
    examples: ['rollcall operators password ana --password -'],
  },
  async run({ operator, password, mustChangePassword }, ctx) {
    ctx.audit({ target: operator });
    const found = await findOperator(ctx.stores, operator);
    if (!found.ok) return found;
    const above = await refuseAbove(ctx, found.value);
    if (found.value.source === 'directory') return refuse(operatorFaults.ofDirectory({ username: found.value.username }));
    return above ? refuse(above) : newPassword(ctx, found.value, password, mustChangePassword);
  },
});

export const changePassword = defineUseCase({
  id: 'self.changePassword',
  title: 'Change the own password',
  summary: 'Changes the password of the operator who is signed in; other sessions of the same operator end.',
  may: 'self.write',
  audit: 'operator.change-password',
  kind: 'change',
  input: changePasswordInput,
  output: operatorView,
  rest: { none: 'A token stands for a program, which has no password. Programs use operators.setPassword.' },
  cli: { none: 'The command line has no operator of its own; use operators password.' },
  async run({ current, password }, ctx) {
    ctx.audit({ target: ctx.viewer.name, targetKey: `operator:${ctx.viewer.id}` });
    if (ctx.viewer.kind !== 'person') return refuse(operatorFaults.onlyPeople({ name: ctx.viewer.name }));
    const operator = await ctx.stores.operators.get(ctx.viewer.id);
    const stored = operator ? await ctx.stores.operators.byUsername(operator.username) : null;
    if (!operator || !stored) return refuse(operatorFaults.missing({ operator: ctx.viewer.name }));
    if (operator.source === 'directory') return refuse(operatorFaults.ofDirectory({ username: operator.username }));
    // Guessing here is guessing as at sign-in, and is counted with it.
    const { guard, clock } = ctx.deps;
    const { allowed } = await guard.before('console', operator.username, ctx.viewer.address);
    const verdict = allowed ? await ctx.deps.operatorPasswords.verify(current, stored.passwordHash) : 'wrong';
    if (verdict === 'wrong') {
      const outcome = allowed ? 'wrong-password' : 'backed-off';
      guard.after({
        at: clock.now(),
        kind: 'console',
        name: operator.username,
        accountId: null,
        address: ctx.viewer.address,
        mechanism: 'password-change',
        outcome,
      });
      return refuse(authFaults.wrongPassword({}, { fields: { current: 'This is not the present password.' } }));
    }
    if (current === password)
      return refuse(operatorFaults.samePassword({}, { fields: { password: 'Choose one that differs from the present password.' } }));
    return newPassword(ctx, operator, password, false);
  },
});

async function newPassword(
  ctx: Context,
  operator: Operator,
  password: string,
  mustChangePassword: boolean,
): Promise<Result<OperatorView, Fault>> {
  ctx.audit({ target: operator.username, targetKey: `operator:${operator.id}`, after: { password: '***', mustChangePassword } });
  const why = passwordProblem(password, operator.username);
  if (why) return refuse(operatorFaults.weakPassword({ why }, { fields: { password: why } }));
  const passwordHash = await ctx.deps.operatorPasswords.hash(password);
  const now = await ctx.stores.operators.update(operator.id, { passwordHash, mustChangePassword });
  if (now === null || now === 'conflict') return refuse(operatorFaults.missing({ operator: operator.username }));
  await endSessions(ctx, operator);
  await forgetInitialPassword(ctx, operator);
  announce(ctx, operator, 'password-changed');
  return ok(await present(now, ctx.stores, ctx.deps.clock.now()));
}
