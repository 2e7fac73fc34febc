/** The files room: uploads that are kept here (XEP-0363), and the proxy and policy of transfers between clients (XEP-0065 and others). */
import type { FilesValues } from '../config/schema/index.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Live } from '../kernel/live.ts';
import { liveBox } from '../kernel/live.ts';
import type { Log } from '../kernel/log.ts';
import type { Room } from '../xmpp/router/hooks.ts';
import type { Router } from '../xmpp/router/router.ts';
import { createServiceNames } from '../xmpp/router/service-names.ts';
import { createAddresses } from './addresses.ts';
import { createIntake, type Intake } from './intake.ts';
import type { BlobStore, FileStore } from './ports.ts';
import { createSlots } from './slots.ts';
import { createTransferPolicy } from './transfer-policy.ts';
import { createUpkeep, type Upkeep } from './upkeep.ts';
import { createTransferProxy, proxyProtocol, type TransferProxy } from './xep-0065-proxy.ts';
import { createUploadHost, uploadProtocol } from './xep-0363-http-upload.ts';

export type { FilePath } from './addresses.ts';
export { readTarget, UPLOAD_PATH } from './addresses.ts';
export type { Intake, Refused } from './intake.ts';
export { answerFor, corsHeaders, safeHeaders } from './serve.ts';
export type { Upkeep } from './upkeep.ts';
export type { TransferProxy } from './xep-0065-proxy.ts';

export interface Files {
  readonly room: Room;
  readonly intake: Intake;
  readonly upkeep: Upkeep;
  readonly proxy: TransferProxy;
  /** The id in a path that was made here, else null. */
  idOf(path: string): string | null;
  /** The upload service: slots are given and files taken. */
  setUploads(isRunning: boolean): void;
  /** The proxy's open port, null when it is closed. */
  setProxyPort(port: number | null): void;
  stop(): void;
}

export function createFiles(deps: {
  readonly router: () => Router;
  readonly store: FileStore;
  readonly blobs: BlobStore;
  readonly imDomains: Live<ReadonlySet<string>>;
  readonly settings: Live<FilesValues>;
  /** Where clients reach the HTTP listeners under the name of this IM domain. */
  readonly httpOrigin: (imDomain: string) => string;
  /** Signs addresses; the same on every node. */
  readonly secret: string;
  readonly clock: Clock;
  readonly log: Log;
}): Files {
  const { clock, imDomains, log, settings, store, blobs } = deps;
  const addresses = createAddresses(deps.secret);
  const label = (read: (values: FilesValues) => string) => {
    const box = liveBox(read(settings.get()));
    const off = settings.onChange((now) => {
      if (read(now) !== box.get()) box.set(read(now));
    });
    return { box, off };
  };
  const uploadLabel = label((values) => values.uploadLabel);
  const proxyLabel = label((values) => values.proxyLabel);
  const uploadNames = createServiceNames({ imDomains, label: uploadLabel.box });
  const proxyNames = createServiceNames({ imDomains, label: proxyLabel.box });

  let isRunning = false;
  let proxyPort: number | null = null;
  const imDomainOf = (serviceDomain: string): string => {
    const before = `${settings.get().uploadLabel}.`;
    return serviceDomain.startsWith(before) ? serviceDomain.slice(before.length) : serviceDomain;
  };
  const slots = createSlots({ store, blobs, addresses, settings, clock });
  const uploadHost = createUploadHost({
    router: deps.router,
    names: uploadNames,
    slots,
    settings,
    baseUrl: (serviceDomain) => settings.get().baseUrl || deps.httpOrigin(imDomainOf(serviceDomain)),
    isRunning: () => isRunning,
  });
  const proxy = createTransferProxy({ router: deps.router, names: proxyNames, settings, port: () => proxyPort, clock, log });
  const policy = createTransferPolicy({ settings, isProxy: (domain) => proxyNames.domains.get().has(domain) });
  deps.router().hosts.add(uploadHost);
  deps.router().hosts.add(proxy.host);

  return {
    room: { ...policy, name: 'files', protocols: [uploadProtocol, proxyProtocol, ...(policy.protocols ?? [])] },
    intake: createIntake({ store, blobs, addresses, settings, clock, log }),
    upkeep: createUpkeep({ store, blobs, settings, clock, log }),
    proxy,
    idOf: addresses.idOf,
    setUploads(next) {
      isRunning = next;
    },
    setProxyPort(port) {
      proxyPort = port;
    },
    stop() {
      proxy.endAll();
      uploadLabel.off();
      proxyLabel.off();
      uploadNames.stop();
      proxyNames.stop();
    },
  };
}
