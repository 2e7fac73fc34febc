import type { Fault } from '../../kernel/faults.ts';
import { ok, type Result, refuse } from '../../kernel/result.ts';
import type { Operator } from '../../security/ports.ts';
import type { AdminStores } from '../shared/ports.ts';
import { operatorFaults } from './faults.ts';

/** By user name, or by `id:ID`. */
export async function findOperator(stores: AdminStores, reference: string): Promise<Result<Operator, Fault>> {
  if (reference.startsWith('id:')) {
    const byId = await stores.operators.get(reference.slice(3));
    return byId ? ok(byId) : refuse(operatorFaults.missing({ operator: reference }));
  }
  const found = await stores.operators.byUsername(reference);
  if (!found) return refuse(operatorFaults.missing({ operator: reference }));
  const { passwordHash: _, ...operator } = found;
  return ok(operator);
}
