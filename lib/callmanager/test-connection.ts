import type { Fault } from '../kernel/faults.ts';
import type { Result } from '../kernel/result.ts';
import type { Presented } from '../outbound/presented-certificate.ts';
import type { AxlClient } from './axl/client.ts';
import { createOperations } from './axl/operations.ts';

export interface TestStep {
  readonly name: string;
  readonly ok: boolean;
  readonly ms: number;
  readonly says: string;
}

/** Each step that a run takes, with its time; the first that fails is the last. */
export async function testConnection(deps: {
  readonly certificate: () => Promise<Presented>;
  readonly connect: () => Result<AxlClient, Fault>;
  readonly monotonic: () => number;
}): Promise<readonly TestStep[]> {
  const steps: TestStep[] = [];
  async function step(name: string, work: () => Promise<{ ok: boolean; says: string }>): Promise<boolean> {
    const began = deps.monotonic();
    const { ok, says } = await work();
    steps.push({ name, ok, says, ms: Math.round(deps.monotonic() - began) });
    return ok;
  }
  const reached = await step('Connection', async () => {
    const shown = await deps.certificate();
    if (!shown.ok) return { ok: false, says: `It cannot be reached: ${shown.why}.` };
    const [own] = shown.chain;
    return { ok: true, says: `${shown.protocol}; its certificate is ${own?.subject ?? 'missing'}, SHA-256 ${own?.sha256 ?? ''}.` };
  });
  if (!reached) return steps;
  const client = deps.connect();
  if (!client.ok) {
    await step('Password', async () => ({ ok: false, says: client.fault.message }));
    return steps;
  }
  const operations = createOperations(client.value, () => 1);
  try {
    const agreed = await step('Certificate, password and version', async () => {
      const answer = await client.value.agree();
      return answer.ok
        ? { ok: true, says: `Release ${answer.value.release}, spoken to with schema ${answer.value.version}.` }
        : { ok: false, says: answer.fault.message };
    });
    if (!agreed) return steps;
    const asks: readonly [string, () => Promise<Result<unknown, Fault> | null>, string][] = [
      ['Users', async () => (await operations.users().next()).value ?? null, 'Users can be read.'],
      ['Changes', () => operations.changes(null), 'Changes are told, so that not everything is read each time.'],
      ['Devices', async () => (await operations.phones().next()).value ?? null, 'Devices can be read.'],
      ['Lines', async () => (await operations.lines().next()).value ?? null, 'Lines can be read.'],
      ['Which belong together', async () => (await operations.pairs('enduserdevicemap').next()).value ?? null, 'SQL queries are answered.'],
    ];
    for (const [name, ask, says] of asks) {
      await step(name, async () => {
        const answer = await ask();
        if (answer === null) return { ok: true, says: `${says} There are none.` };
        return answer.ok ? { ok: true, says } : { ok: false, says: answer.fault.message };
      });
    }
  } finally {
    client.value.close();
  }
  return steps;
}
