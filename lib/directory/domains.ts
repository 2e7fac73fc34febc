import { domainToASCII } from 'node:url';
import type { EventHub } from '../kernel/events.ts';
import type { Fault } from '../kernel/faults.ts';
import { type Domain, prepareDomain } from '../kernel/jid.ts';
import { type Live, liveBox } from '../kernel/live.ts';
import type { Log } from '../kernel/log.ts';
import { ok, type Result, refuse } from '../kernel/result.ts';
import { domainFaults } from './faults.ts';
import type { DomainRow, DomainStore } from './ports.ts';

/** The sentence that says what is wrong with the text as an IM domain (admin surface §2.11), or null. */
function problemOf(text: string): string | null {
  const plain = text.endsWith('.') ? text.slice(0, -1) : text;
  if (plain === '') return 'it is empty.';
  if (plain.length > 255) return `it has ${plain.length} characters; at most 255 are allowed.`;
  if (/\s/.test(plain)) return 'it holds a space.';
  if (plain.includes('@')) return 'it holds an @. Give only the part after it.';
  if (plain.includes('/') || plain.includes(':')) return 'give the name alone, without http:// and without a port.';
  const labels = plain.split('.');
  for (const label of labels) {
    if (label === '') return 'it has two dots in a row, or begins with a dot.';
    // Letters of any script: they are carried as Unicode (RFC 7622 §3.2) and become A-labels in the DNS.
    if (!/^[\p{L}\p{M}\p{N}-]+$/u.test(label)) return `"${label}" holds a character other than letters, digits and hyphens.`;
    if (label.startsWith('-') || label.endsWith('-')) return `"${label}" begins or ends with a hyphen.`;
  }
  const last = labels.at(-1) ?? '';
  if (/^\d/.test(last)) return `its last part "${last}" begins with a digit.`;
  const ascii = domainToASCII(plain);
  if (ascii === '') return 'it is not a valid internationalised domain name.';
  if (ascii.length > 255) return 'it is longer than 255 characters in its DNS form.';
  const long = ascii.split('.').find((label) => label.length > 63);
  return long === undefined ? null : `"${long}" has ${long.length} characters; at most 63 are allowed between dots.`;
}

/** The prepared form of a domain that may be hosted here. */
export function readDomain(text: string): Result<Domain, Fault> {
  const trimmed = text.trim();
  const why = problemOf(trimmed);
  const domain = why === null ? prepareDomain(trimmed) : null;
  if (domain !== null) return ok(domain);
  const sentence = why ?? 'it is not a valid domain name.';
  return refuse(
    domainFaults.invalid(
      { domain: trimmed.slice(0, 300), why: sentence },
      { fields: { domain: `The domain cannot be used: ${sentence}` } },
    ),
  );
}

export interface Domains {
  /** Hosted domains in prepared form; the router asks at each stanza. */
  readonly hosted: Live<ReadonlySet<string>>;
  /** The domain of people made without one. */
  readonly default: Live<Domain>;
  list(): readonly DomainRow[];
  /** Reads the table again; called after changes of domains and of users. */
  reload(): Promise<void>;
  stop(): void;
}

/**
 * Hosted IM domains, kept in memory. At first start the store has no default: `firstDomain` becomes it.
 * Rejects when the store cannot be asked.
 */
export async function createDomains(deps: {
  readonly store: DomainStore;
  readonly firstDomain: Domain;
  readonly events: EventHub;
  readonly log: Log;
}): Promise<Domains> {
  const { store, log } = deps;
  let rows = await store.list();
  if (!rows.some((row) => row.isDefault)) {
    await store.setDefault(deps.firstDomain);
    rows = await store.list();
  }
  const setOf = (list: readonly DomainRow[]): ReadonlySet<string> => new Set(list.map((row) => row.domain));
  const defaultOf = (list: readonly DomainRow[]): Domain => (list.find((row) => row.isDefault) ?? list[0])?.domain ?? deps.firstDomain;
  const hosted = liveBox(setOf(rows));
  const standard = liveBox(defaultOf(rows));
  let running: Promise<void> | null = null;
  let again = false;

  async function reload(): Promise<void> {
    if (running) {
      again = true;
      return running;
    }
    running = (async () => {
      do {
        again = false;
        rows = await store.list();
        const next = setOf(rows);
        const now = hosted.get();
        if (next.size !== now.size || [...next].some((domain) => !now.has(domain))) hosted.set(next);
        if (defaultOf(rows) !== standard.get()) standard.set(defaultOf(rows));
      } while (again);
    })().finally(() => {
      running = null;
    });
    return running;
  }
  const refresh = () => {
    reload().catch((error: unknown) => log.error('domains.reload-failed', { error }));
  };
  // A system-managed domain appears and vanishes with its users.
  const unsubscribe = [
    deps.events.on('domain.changed', refresh),
    deps.events.on('users.imported', refresh),
    deps.events.on('user.changed', ({ what }) => {
      if (what === 'created' || what === 'updated' || what === 'moved' || what === 'removed') refresh();
    }),
  ];

  return {
    hosted,
    default: standard,
    list: () => rows,
    reload,
    stop() {
      for (const off of unsubscribe) off();
    },
  };
}
