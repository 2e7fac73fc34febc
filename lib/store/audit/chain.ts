import { createHash } from 'node:crypto';
import type { AuditRecord } from '../../admin/shared/ports.ts';

/** JSON with sorted keys and without undefined, so that equal values have equal text. */
export function canonicalJson(value: unknown): string {
  if (value === undefined) return 'null';
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const plain = toPlain(value);
  if (plain === null || typeof plain !== 'object' || Array.isArray(plain)) return canonicalJson(plain);
  const entries = Object.entries(plain).filter(([, v]) => v !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([k, v]) => `${JSON.stringify(k)}:${canonicalJson(v)}`).join(',')}}`;
}

const toPlain = (value: object): unknown => ('toJSON' in value && typeof value.toJSON === 'function' ? (value.toJSON() as unknown) : value);

/** The hash of a record: SHA-256 over the hash before it and everything the record says. The first of a node follows the empty hash. */
export function auditHash(previous: string, record: Omit<AuditRecord, 'hash'>): string {
  const { id, at, actor, actorKind, role, address, node, action, target, targetKey, before, after, result, detail, parentId } = record;
  const text = canonicalJson([
    id,
    at,
    actor,
    actorKind,
    role,
    address,
    node,
    action,
    target,
    targetKey,
    before,
    after,
    result,
    detail,
    parentId,
  ]);
  return createHash('sha256').update(previous).update('\n').update(text).digest('hex');
}
