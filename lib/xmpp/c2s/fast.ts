import type { ClientToken } from '../../directory/ports.ts';
import { newToken, tokenOf } from '../sasl/hashed-token.ts';
import type { SaslDeps } from '../sasl/negotiate.ts';
import type { SaslSuccess } from '../sasl/step.ts';
import { escapeAttribute } from '../stanza/serialize.ts';
import { FAST, type Sasl2Request } from './sasl2-request.ts';

export interface FastDeps extends Pick<SaslDeps, 'credentials' | 'clock' | 'secret'> {
  readonly settings: { get(): { readonly fastTokens: boolean; readonly fastLifetime: number; readonly fastRotation: number } };
}

const tokenXml = (token: string, expiresAt: number): string =>
  `<token xmlns='${FAST}' expiry='${new Date(expiresAt).toISOString()}' token='${escapeAttribute(token)}'/>`;

/**
 * XEP-0484 after a sign-in: the used token takes its place, a new one is given when asked for or due. The answer is `<token/>` as text, empty
 * for none, and is committed before the client hears it; null when somebody else was faster with the same count.
 */
export async function settleToken(
  deps: FastDeps,
  request: Sasl2Request,
  step: SaslSuccess,
  address: string,
  tokenMechanisms: readonly string[],
): Promise<string | null> {
  const { agent, fast, tokenFor } = request;
  const { accountId } = step.identity;
  const settings = deps.settings.get();
  const now = deps.clock.now();
  const used = step.token === null ? null : (step.token.client[step.token.slot] ?? null);
  let next: ClientToken | null = null;
  if (settings.fastTokens && agent.id !== '') {
    const isDue = used !== null && !fast?.invalidate && now - used.issuedAt >= settings.fastRotation * 1000;
    if (tokenMechanisms.includes(tokenFor)) next = newToken(tokenFor, now, settings.fastLifetime);
    else if (isDue) next = newToken(used.mechanism, now, settings.fastLifetime);
  }
  if (used === null && next === null) return '';
  const count = fast?.count ?? -1;
  const invalidate = fast?.invalidate ?? false;
  // The everyday case writes nothing that has to be waited for.
  if (next === null && step.token?.slot === 'current' && count < 0 && !invalidate) {
    deps.credentials.touchToken(accountId, agent.id, now, address);
    return '';
  }
  const isDone = await deps.credentials.changeToken({
    accountId,
    clientId: agent.id,
    used: used?.seed ?? '',
    count,
    invalidate,
    next,
    software: agent.software,
    device: agent.device,
    address,
    at: now,
  });
  if (!isDone && used !== null) return null;
  return next === null || !isDone ? '' : tokenXml(tokenOf(deps.secret, accountId, agent.id, next.seed), next.expiresAt);
}
