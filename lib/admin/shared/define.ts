import type { z } from 'zod';
import type { Assigner } from '../../assignment/index.ts';
import type { SyncAgent, TestStep } from '../../callmanager/index.ts';
import type { Publisher } from '../../callmanager/ports.ts';
import type { NodeDetails, Refusal } from '../../cluster/index.ts';
import type { NodeFacts } from '../../cluster/ports.ts';
import type { SettingsControl } from '../../config/registry.ts';
import type { Diagnostics } from '../../diagnostics/index.ts';
import type { Domains } from '../../directory/index.ts';
import type { ScramCredentials } from '../../directory/ports.ts';
import type { BlobStore } from '../../files/ports.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { EventHub } from '../../kernel/events.ts';
import type { Log } from '../../kernel/log.ts';
import type { Directories } from '../../ldap/index.ts';
import type { RoomArchive, RoomStore, RoomsDoor } from '../../muc/ports.ts';
import type { Notices } from '../../notices/index.ts';
import type { Presented } from '../../outbound/presented-certificate.ts';
import type { PubSubOperation } from '../../pubsub/index.ts';
import type { DataMonitor, RecoveryManager } from '../../redundancy/index.ts';
import type { Certificates, InitialPassword, PasswordHasher, Sealer, SecondFactor, SignInGuardControl } from '../../security/index.ts';
import type { SignInLog } from '../../security/ports.ts';
import type { Services } from '../../services/index.ts';
import type { Protocol } from '../../xmpp/router/hooks.ts';
import type { JobRunner } from '../jobs/runner.ts';
import type { EngineView } from './engine-view.ts';
import type { UnitOfWork } from './ports.ts';
import type { UseCase } from './use-case.ts';

/** Everything the use cases reach outside themselves. The composer fills it; tests fill what they need. */
export interface AdminDeps {
  readonly uow: UnitOfWork;
  readonly engine: EngineView;
  readonly settings: SettingsControl;
  readonly events: EventHub;
  readonly clock: Clock;
  readonly log: Log;
  readonly nodeName: string;
  readonly signIns: SignInLog;
  readonly passwords: PasswordPort;
  readonly jobs: JobRunner;
  readonly services: Services;
  readonly certificates: Certificates;
  readonly domains: Domains;
  readonly diagnostics: Diagnostics;
  readonly pubsub: PubSubOperation;
  /** Locks of the back-off. */
  readonly guard: SignInGuardControl;
  /** Passwords of console operators; those of chat users are `passwords`. */
  readonly operatorPasswords: PasswordHasher;
  readonly secondFactor: SecondFactor;
  readonly components: ComponentsControl;
  /** The generated password of the first operator, forgotten when it is changed. */
  readonly initialPassword: InitialPassword;
  /** Chat rooms: the running ones, those stored, and what is kept of them. */
  readonly rooms: { readonly door: RoomsDoor; readonly store: RoomStore; readonly archive: RoomArchive };
  /** Contents of uploaded files. */
  readonly blobs: Pick<BlobStore, 'remove' | 'space'>;
  /** Texts of administrators to people. */
  readonly notices: NoticesDoor;
  /** Directories that people come from (LDAP). */
  readonly directories: Directories;
  readonly directorySecrets: Sealer;
  readonly callManager: CallManagerControl;
  /** Homes of people and groups of nodes that stand in for each other. */
  readonly failover: FailoverControl;
  /** What the parts of this node say they speak. */
  readonly protocols: () => readonly Protocol[];
  /** The nodes of the cluster as this one sees them. */
  readonly nodes: NodesDoor;
}

/** The call manager and the Sync Agent, as administration sees them. */
export interface CallManagerControl {
  readonly agent: SyncAgent;
  /** For storage. */
  seal(secret: string): string;
  test(publisher: Publisher): Promise<readonly TestStep[]>;
  certificate(of: { readonly host: string; readonly port: number; readonly serverName: string }): Promise<Presented>;
}

export interface NodesDoor {
  self(): string;
  isAlone(): boolean;
  isHearing(): boolean;
  details(): readonly NodeDetails[];
  refusals(): readonly Refusal[];
  /** Text that waits for that node here. */
  waiting(name: string): number;
  /** After a commit that changed the list or the roles. */
  changed(): Promise<void>;
}

/** What a node does as one of several; a node that is alone has neither group nor homes. */
export interface FailoverControl {
  readonly isAlone: boolean;
  /** This node first. */
  nodes(): readonly NodeFacts[];
  readonly recovery: RecoveryManager | null;
  readonly assigner: Assigner | null;
  /** Every node looks again who acts for whom. */
  announce(): Promise<void>;
  readonly monitor: DataMonitor;
}

/** External components as administration sees them: the running ones, never a live object. */
export interface ComponentsControl {
  states(): readonly {
    readonly domain: string;
    readonly since: number | null;
    readonly address: string;
    readonly encrypted: boolean;
    readonly received: number;
    readonly sent: number;
    readonly returned: number;
  }[];
  /** Ports that are open for them. */
  ports(): readonly { readonly name: string; readonly port: number }[];
  /** For storage. */
  seal(secret: string): string;
  /** What serves this domain already, in words; null when nothing does. */
  serviceOf(domain: string): string | null;
  disconnect(domain: string): boolean;
}

export type NoticesDoor = Pick<Notices, 'reload' | 'tellEach' | 'tellOnline' | 'tellMotd'>;

/** Makes what is stored instead of a password. Works off the event loop. */
export interface PasswordPort {
  /** `iterations` for SCRAM (RFC 7677 §4: at least 4096; ours at least 10,000); default as the settings say. */
  scram(password: string, iterations?: number): Promise<ScramCredentials>;
}

/** Declares a use case with its types inferred from the schemas. Register it in the `index.ts` of its area. */
export function defineUseCase<I extends z.ZodType, O extends z.ZodType>(definition: UseCase<I, O, AdminDeps>): UseCase<I, O, AdminDeps> {
  return definition;
}

/** Any use case, for the code that treats all of them alike. */
export type AnyUseCase = UseCase<z.ZodType, z.ZodType, AdminDeps>;
