/**
 * Service domains: addresses that belong to no person but to a service of the node (rooms, PubSub, file upload, an external component). A host
 * gets whatever is sent to any address of its domains and sends by `Router.route` and `Router.deliver`.
 */
import type { Jid } from '../../kernel/jid.ts';
import type { Live } from '../../kernel/live.ts';
import type { ClientSession } from '../c2s/session.ts';
import type { Stanza } from '../stanza/stanza.ts';

export interface Host {
  /** For the log and the verdict on a stanza. */
  readonly name: string;
  /** Prepared service domains; an IM domain of the same name wins. */
  readonly domains: Live<ReadonlySet<string>>;
  /** Name shown in the server's item list (XEP-0030), and the IM domains that list it. */
  readonly title: string;
  /** Is this service named to those who ask the IM domain for its items? */
  servesDomain(serviceDomain: string, imDomain: string): boolean;
  /** Is there a state behind this address, so that in a cluster one node runs it? Others answer the same on every node. */
  isPlaced?(to: Jid): boolean;
  /** It is served by whoever is connected to a node, and nobody is to this one. */
  isAway?(): boolean;
  /**
   * A stanza for an address in one of the domains; `from` is stamped, what only servers may say was taken out. `sender` is the local session it
   * came from, null when it came from elsewhere (an error answer, another service, a server). A thrown error becomes internal-server-error.
   * A lasting effect is acknowledged late by `router.holdAck(sender)`.
   */
  receive(stanza: Stanza, sender: ClientSession | null): void;
}

export interface HostTable {
  add(host: Host): void;
  remove(host: Host): void;
  of(domain: string): Host | undefined;
  /** Items for the IM domain: address and title. */
  itemsFor(imDomain: string): { readonly jid: string; readonly name: string }[];
  all(): readonly Host[];
}

export function createHostTable(): HostTable {
  const hosts = new Map<Host, () => void>();
  let byDomain = new Map<string, Host>();
  const rebuild = () => {
    const next = new Map<string, Host>();
    // The first that claims a name keeps it.
    for (const host of hosts.keys()) for (const domain of host.domains.get()) if (!next.has(domain)) next.set(domain, host);
    byDomain = next;
  };
  return {
    add(host) {
      hosts.set(host, host.domains.onChange(rebuild));
      rebuild();
    },
    remove(host) {
      hosts.get(host)?.();
      hosts.delete(host);
      rebuild();
    },
    of: (domain) => byDomain.get(domain),
    itemsFor(imDomain) {
      const items: { jid: string; name: string }[] = [];
      for (const [domain, host] of byDomain) if (host.servesDomain(domain, imDomain)) items.push({ jid: domain, name: host.title });
      return items;
    },
    all: () => [...hosts.keys()],
  };
}
