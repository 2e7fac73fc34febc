import { z } from 'zod';
import { defineFaults } from '../../kernel/faults.ts';
import { sortableId } from '../../kernel/ids.ts';
import { ok, refuse } from '../../kernel/result.ts';
import type { ApiToken } from '../../security/ports.ts';
import { defineUseCase } from '../shared/define.ts';
import { instant } from '../shared/fields.ts';
import { createTokenInput, listTokensInput, revokeTokenInput } from './inputs.ts';
import { makeTokenSecret, tokenHash } from './token-secret.ts';

const tokenFaults = defineFaults('tokens', {
  missing: { kind: 'missing', message: 'There is no token {id}.' },
  revoked: { kind: 'conflict', message: 'This token is revoked already.' },
  byToken: { kind: 'refused', message: 'A token cannot make tokens. Sign in, or use the command line.' },
  beyondMaker: { kind: 'refused', message: 'A token cannot have more than its maker. You do not have: {scopes}.' },
});

const tokenRow = z.object({
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.string()),
  createdBy: z.string(),
  createdAt: instant,
  expiresAt: instant.nullable(),
  lastUsedAt: instant.nullable(),
  revokedAt: instant.nullable(),
  state: z.enum(['active', 'expired', 'revoked']),
});

const present = ({ id, name, scopes, createdBy, createdAt, expiresAt, lastUsedAt, revokedAt }: ApiToken, now: number) => ({
  id,
  name,
  scopes: [...scopes],
  createdBy,
  createdAt,
  expiresAt,
  lastUsedAt,
  revokedAt,
  state: revokedAt !== null ? ('revoked' as const) : expiresAt !== null && expiresAt <= now ? ('expired' as const) : ('active' as const),
});

const day = 24 * 60 * 60 * 1000;

const listTokens = defineUseCase({
  id: 'tokens.list',
  title: 'List tokens',
  summary: 'Tokens for programs, without their secrets.',
  may: 'tokens.read',
  kind: 'read',
  input: listTokensInput,
  output: z.object({ items: z.array(tokenRow) }),
  rest: { method: 'GET', path: '/tokens' },
  cli: {
    words: ['tokens', 'list'],
    table: { path: 'items', columns: ['id', 'name', 'state', 'scopes', 'createdBy', 'expiresAt', 'lastUsedAt'] },
  },
  async run(_input, { stores, deps }) {
    const now = deps.clock.now();
    return ok({ items: (await stores.tokens.list()).map((token) => present(token, now)) });
  },
});

const createToken = defineUseCase({
  id: 'tokens.create',
  title: 'Make a token',
  summary: 'Makes a token for a program. Its secret is shown this once.',
  may: 'tokens.write',
  audit: 'token.create',
  kind: 'change',
  input: createTokenInput,
  output: z.object({ token: tokenRow, secret: z.string() }),
  rest: { method: 'POST', path: '/tokens', status: 201 },
  cli: {
    words: ['tokens', 'create'],
    positionals: [{ field: 'name', name: 'NAME' }],
    examples: [
      'rollcall tokens create backup --scopes users.read,audit.read',
      'rollcall tokens create sync --scopes users.write --expires-in-days never',
    ],
  },
  async run(input, ctx) {
    ctx.audit({ target: input.name });
    // One that leaked could otherwise make another that outlives it, and nobody could say who made that one.
    if (ctx.viewer.kind === 'token') return refuse(tokenFaults.byToken());
    const scopes = [...new Set(input.scopes)];
    const beyond = scopes.filter((scope) => !ctx.viewer.permissions.includes(scope));
    if (beyond.length > 0)
      return refuse(
        tokenFaults.beyondMaker({ scopes: beyond.join(', ') }, { fields: { scopes: `You do not have: ${beyond.join(', ')}.` } }),
      );
    const now = ctx.deps.clock.now();
    const secret = makeTokenSecret();
    const token: ApiToken = {
      id: sortableId(now),
      name: input.name,
      scopes,
      createdBy: ctx.viewer.name,
      createdAt: now,
      expiresAt: input.expiresInDays === null ? null : now + input.expiresInDays * day,
      lastUsedAt: null,
      revokedAt: null,
    };
    await ctx.stores.tokens.create({ ...token, secretHash: tokenHash(secret) });
    ctx.audit({ targetKey: `token:${token.id}`, after: { name: token.name, scopes, expiresAt: token.expiresAt } });
    ctx.afterCommit(() => ctx.deps.events.emit('token.changed', { tokenId: token.id, what: 'created' }));
    return ok({ token: present(token, now), secret });
  },
});

const revokeToken = defineUseCase({
  id: 'tokens.revoke',
  title: 'Revoke a token',
  summary: 'Makes a token useless from the next request on.',
  may: 'tokens.write',
  audit: 'token.revoke',
  kind: 'change',
  input: revokeTokenInput,
  output: z.object({ token: tokenRow }),
  rest: { method: 'DELETE', path: '/tokens/{token}' },
  cli: { words: ['tokens', 'revoke'], positionals: [{ field: 'token', name: 'TOKEN' }] },
  async run(input, ctx) {
    const now = ctx.deps.clock.now();
    const token = (await ctx.stores.tokens.list()).find((row) => row.id === input.token);
    ctx.audit({ target: token?.name ?? input.token, targetKey: `token:${input.token}` });
    if (!token) return refuse(tokenFaults.missing({ id: input.token }));
    if (!(await ctx.stores.tokens.revoke(token.id, now))) return refuse(tokenFaults.revoked());
    ctx.audit({ before: { name: token.name, scopes: token.scopes } });
    ctx.afterCommit(() => ctx.deps.events.emit('token.changed', { tokenId: token.id, what: 'revoked' }));
    return ok({ token: present({ ...token, revokedAt: now }, now) });
  },
});

/** The use cases of this area; the key is the verb in their id. */
export const tokens = { list: listTokens, create: createToken, revoke: revokeToken } as const;
