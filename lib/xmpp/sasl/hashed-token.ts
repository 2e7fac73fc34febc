import { createHmac } from 'node:crypto';
import type { ClientToken } from '../../directory/ports.ts';
import { secretId } from '../../kernel/ids.ts';
import type { BindingType, ChannelBinding } from './channel-binding.ts';

/**
 * SASL HT (draft-schmaus-kitten-sasl-ht), the mechanisms of XEP-0484. A token is never stored: it is derived from a random seed with a secret outside of
 * the database, so a stolen database signs nobody in. The check needs the token itself, of which a plain hash would not do: the mechanism
 * proves it by an HMAC over the channel binding, new for each connection.
 */
const BINDINGS: Readonly<Record<string, BindingType | null>> = {
  'HT-SHA-256-EXPR': 'tls-exporter',
  'HT-SHA-256-ENDP': 'tls-server-end-point',
  'HT-SHA-256-NONE': null,
};

const NAMES = Object.keys(BINDINGS);

/** Strongest first. HT-SHA-256-UNIQ is never among them: tls-unique does not exist under TLS 1.3 and is unsafe before. */
export const tokenMechanismsFor = (binding: ChannelBinding | null): string[] =>
  NAMES.filter((name) => {
    const type = BINDINGS[name] ?? null;
    return type === null || binding?.types.includes(type);
  });

export const isTokenMechanism = (mechanism: string): boolean => Object.hasOwn(BINDINGS, mechanism);

/** Null where this connection has no such binding. */
export function tokenBinding(mechanism: string, binding: ChannelBinding | null): Buffer | null {
  const type = BINDINGS[mechanism];
  if (type === null) return Buffer.alloc(0);
  return type === undefined || !binding?.types.includes(type) ? null : binding.data(type);
}

export interface TokenMessage {
  readonly authcid: string;
  readonly proof: Buffer;
}

/** authcid NUL HMAC; the HMAC may hold any octet. */
export function readTokenMessage(octets: Buffer): TokenMessage | null {
  const end = octets.indexOf(0);
  if (end < 1 || octets.length - end - 1 !== 32) return null;
  return { authcid: octets.toString('utf8', 0, end), proof: octets.subarray(end + 1) };
}

/** 256 bits; of account and client too, so that a row cannot be moved to another. */
export const tokenOf = (secret: Buffer, accountId: number, clientId: string, seed: string): string =>
  createHmac('sha256', secret).update(`client token\0${accountId}\0${clientId}\0${seed}`).digest('base64url');

const proofOf = (token: string, who: 'Initiator' | 'Responder', binding: Buffer): Buffer =>
  createHmac('sha256', token).update(who).update(binding).digest();
export const initiatorProof = (token: string, binding: Buffer): Buffer => proofOf(token, 'Initiator', binding);
export const responderProof = (token: string, binding: Buffer): Buffer => proofOf(token, 'Responder', binding);

export const newToken = (mechanism: string, now: number, lifetimeSeconds: number): ClientToken => ({
  seed: secretId(16),
  mechanism,
  issuedAt: now,
  expiresAt: now + lifetimeSeconds * 1000,
  count: 0,
});
