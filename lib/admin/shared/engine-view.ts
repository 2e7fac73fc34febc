import type { EngineFigures } from '../../diagnostics/ports.ts';

/** What administration sees of the running engine; built by the composer from the router and the listeners. */
export interface SessionView {
  readonly id: string;
  readonly accountId: number;
  readonly bare: string;
  readonly resource: string;
  readonly state: 'live' | 'hibernating';
  readonly address: string;
  readonly transport: 'tcp' | 'direct-tls' | 'websocket' | 'bosh';
  readonly tlsVersion: string;
  readonly cipher: string;
  readonly mechanism: string;
  readonly client: string;
  readonly since: number;
  /** '' while no presence was sent. */
  readonly show: '' | 'available' | 'away' | 'chat' | 'dnd' | 'xa';
  readonly status: string;
  readonly priority: number;
  /** The installation behind it, where the client says (XEP-0388). */
  readonly clientId?: string;
}

/** Totals and gauges, as the diagnostics know them. */
export type EngineCounters = EngineFigures;

export interface EngineView {
  sessions(): Iterable<SessionView>;
  sessionsOf(bare: string): readonly SessionView[];
  /** False when there is no such session. */
  endSession(id: string, reason: string): boolean;
  counters(): EngineCounters;
  /** Contacts of an account, as its roster holds them now. */
  contactsOf(
    bare: string,
  ): Promise<
    readonly { contact: string; name: string; groups: readonly string[]; subscription: string; ask: boolean; approved: boolean }[]
  >;
  offlineCountOf(accountId: number): Promise<number>;
}
