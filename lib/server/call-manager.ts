import { applySlice } from '../admin/callmanager/apply-slice.ts';
import { deleteGone } from '../admin/callmanager/delete-gone.ts';
import type { CallManagerControl } from '../admin/shared/define.ts';
import { addressFor } from '../admin/users/account-rules.ts';
import { type AxlClient, callManagerFaults, createAxlClient, createSyncAgent, testConnection } from '../callmanager/index.ts';
import type { Publisher, SyncMarks } from '../callmanager/ports.ts';
import type { SettingsControl } from '../config/registry.ts';
import type { Domains } from '../directory/index.ts';
import type { Clock } from '../kernel/clock.ts';
import type { EventHub } from '../kernel/events.ts';
import type { Fault } from '../kernel/faults.ts';
import type { Log } from '../kernel/log.ts';
import { ok, type Result, refuse } from '../kernel/result.ts';
import { createHttpsCaller } from '../outbound/https-call.ts';
import { presentedCertificate } from '../outbound/presented-certificate.ts';
import type { Sealer } from '../security/index.ts';
import type { Services } from '../services/index.ts';
import type { Stores } from '../store/index.ts';

export interface CallManagerParts extends CallManagerControl {
  /** For housekeeping. */
  deleteGone(): Promise<number>;
}

/** The Sync Agent with its way to the call manager. */
export function composeCallManager(deps: {
  readonly stores: Stores;
  readonly settings: SettingsControl;
  readonly domains: Domains;
  readonly sealer: Sealer;
  readonly isInCharge: () => boolean;
  readonly events: EventHub;
  readonly clock: Clock;
  readonly log: Log;
}): CallManagerParts {
  const { clock, domains, events, log, sealer, stores } = deps;
  const settings = deps.settings.section('callManager');
  const applyDeps = { uow: stores.unitOfWork, events, settings: deps.settings, clock };

  function connect(publisher: Publisher, marks: Pick<SyncMarks, 'spoken'>, signal: AbortSignal): Result<AxlClient, Fault> {
    const password = sealer.open(publisher.sealedPassword);
    if (password === null) return refuse(callManagerFaults.sealBroken());
    const { caPem, host, port, schemaVersion, serverName, username } = publisher;
    const caller = createHttpsCaller({ host, port, caPem, serverName, allowLoopback: settings.get().allowLoopback });
    const version = schemaVersion === '' ? marks.spoken : schemaVersion;
    return ok(createAxlClient({ caller, host, username, password, version, isFixed: schemaVersion !== '', settings, clock, signal }));
  }
  const certificate: CallManagerControl['certificate'] = ({ host, port, serverName }) =>
    presentedCertificate({ host, port, serverName, allowLoopback: settings.get().allowLoopback, timeoutMs: 10_000 });

  const agent = createSyncAgent({
    store: stores.callManager,
    connect,
    apply: (run, rows) => applySlice(applyDeps, run, rows),
    addressProblem(userId) {
      const address = addressFor(userId, domains.default.get());
      return address.ok ? null : address.problem;
    },
    accounts: (userIds) => stores.accounts.byUserIds(userIds),
    settings,
    clock,
    log,
    moved: () => events.emit('callManager.changed', { what: 'run' }),
    isInCharge: deps.isInCharge,
  });
  // What another node has read or was told is in the database.
  events.on('callManager.changed', () => {
    if (!deps.isInCharge()) agent.reload().catch((error: unknown) => log.warn('callmanager.not-read', { error }));
  });

  return {
    agent,
    seal: sealer.seal,
    certificate,
    test: (publisher) =>
      testConnection({
        certificate: () => certificate(publisher),
        // Somebody waits for the answer, so nothing is asked again after a pause.
        connect: () => connect(publisher, { spoken: '' }, AbortSignal.timeout(settings.get().requestTimeout * 1000)),
        monotonic: clock.monotonic,
      }),
    deleteGone: () => deleteGone(applyDeps),
  };
}

export function addSyncAgent(services: Services, { agent }: CallManagerParts): void {
  services.add({
    name: 'sync-agent',
    title: 'Sync Agent',
    purpose: 'Takes users, devices and lines over from the call manager (AXL). Stopped: nothing new comes from there; users stay.',
    needs: ['database'],
    critical: false,
    async start() {
      await agent.start();
      return ok(undefined);
    },
    stop: () => agent.stop(),
    health() {
      const { failure, isEnabled } = agent.status();
      return failure === null || !isEnabled ? { ok: true, why: '' } : { ok: false, why: failure.says };
    },
  });
}
