import type { Domain } from '../../kernel/jid.ts';

/** A program of somebody else that serves a domain of its own here (XEP-0114). */
export interface ComponentRow {
  readonly domain: Domain;
  /** Shown to clients that list the services; empty: the domain. */
  readonly title: string;
  readonly enabled: boolean;
  /** The handshake needs the secret itself, so it is sealed and not hashed. */
  readonly sealedSecret: string;
  readonly createdAt: number;
}

export interface ComponentStore {
  /** In order of the domain. */
  list(): Promise<readonly ComponentRow[]>;
  add(row: ComponentRow): Promise<'added' | 'exists'>;
  /** False when there is no such component. */
  update(domain: Domain, patch: Partial<Pick<ComponentRow, 'title' | 'enabled' | 'sealedSecret'>>): Promise<boolean>;
  remove(domain: Domain): Promise<boolean>;
}
