/**
 * What the XMPP Compliance Suites 2023 (XEP-0479) ask of servers, and how far the protocols that the parts of this server declare fulfil it. Nothing is
 * claimed here: a protocol counts when its code says so.
 */
import type { Protocol } from './router/hooks.ts';

export type ComplianceLevel = 'core' | 'advanced';
export type ComplianceVerdict = 'yes' | 'partial' | 'no';

export interface ComplianceItem {
  readonly suite: string;
  readonly level: ComplianceLevel;
  readonly feature: string;
  /** All are needed. */
  readonly needs: readonly string[];
}
export interface ComplianceRow extends ComplianceItem {
  readonly verdict: ComplianceVerdict;
  /** Needed and not declared, or declared as partial. */
  readonly lacks: readonly string[];
}

const item = (suite: string, level: ComplianceLevel, feature: string, ...needs: string[]): ComplianceItem => ({
  suite,
  level,
  feature,
  needs,
});

/** The server columns. "Advanced" asks for everything of "core" besides. */
export const complianceItems: readonly ComplianceItem[] = [
  item('Core', 'core', 'Core features', 'RFC 6120'),
  item('Core', 'core', 'TLS', 'RFC 7590'),
  item('Core', 'core', 'Feature discovery', 'XEP-0030'),
  item('Core', 'core', 'Server extensibility', 'XEP-0114'),
  item('Core', 'advanced', 'Direct TLS', 'XEP-0368'),
  item('Core', 'advanced', 'Feature broadcasts', 'XEP-0115'),
  item('Core', 'advanced', 'Event publishing', 'XEP-0163'),
  item('Web', 'core', 'WebSocket', 'RFC 7395'),
  item('Web', 'core', 'BOSH', 'XEP-0124', 'XEP-0206'),
  item('IM', 'core', 'Core features', 'RFC 6121'),
  item('IM', 'core', 'vCards', 'XEP-0054'),
  item('IM', 'core', 'Outbound and inbound message synchronisation', 'XEP-0280'),
  item('IM', 'core', 'Group chat', 'XEP-0045', 'XEP-0249'),
  item('IM', 'core', 'File upload', 'XEP-0363'),
  item('IM', 'advanced', 'User avatar compatibility', 'XEP-0398', 'XEP-0153'),
  item('IM', 'advanced', 'User blocking', 'XEP-0191'),
  item('IM', 'advanced', 'Advanced group chat', 'XEP-0048', 'XEP-0313', 'XEP-0402', 'XEP-0410'),
  item('IM', 'advanced', 'Persistent storage of private data by PubSub', 'XEP-0223'),
  item('IM', 'advanced', 'Private XML storage', 'XEP-0049'),
  item('IM', 'advanced', 'Stream management', 'XEP-0198'),
  item('IM', 'advanced', 'Message archive', 'XEP-0313'),
  item('Mobile', 'core', 'Stream management', 'XEP-0198'),
  item('Mobile', 'core', 'Client state indication', 'XEP-0352'),
  item('Mobile', 'advanced', 'Third-party push notifications', 'XEP-0357'),
  item('A/V calling', 'core', 'STUN and TURN server discovery', 'XEP-0215'),
];

/** `RFC 5802, RFC 7677` names two; `RFC 6121 §8` a part of one. */
const numbersOf = (protocol: Protocol): string[] => protocol.number.split(',').map((one) => one.trim().replace(/\s*§.*$/, ''));

export function complianceOf(protocols: readonly Protocol[]): readonly ComplianceRow[] {
  const declared = new Map<string, Protocol['status']>();
  // Several parts of one document: complete when all are.
  for (const protocol of protocols)
    for (const number of numbersOf(protocol)) declared.set(number, declared.get(number) === 'partial' ? 'partial' : protocol.status);
  return complianceItems.map((one) => {
    const lacks = one.needs.filter((number) => declared.get(number) !== 'complete');
    const isThere = one.needs.some((number) => declared.has(number));
    return { ...one, lacks, verdict: lacks.length === 0 ? 'yes' : isThere ? 'partial' : 'no' };
  });
}

export interface SuiteVerdict {
  readonly suite: string;
  readonly core: ComplianceVerdict;
  readonly advanced: ComplianceVerdict;
}

/** Suite by suite; the advanced level holds the core level. */
export function suitesOf(rows: readonly ComplianceRow[]): readonly SuiteVerdict[] {
  const verdictOf = (some: readonly ComplianceRow[]): ComplianceVerdict =>
    some.every((row) => row.verdict === 'yes') ? 'yes' : some.every((row) => row.verdict === 'no') ? 'no' : 'partial';
  return [...new Set(rows.map((row) => row.suite))].map((suite) => {
    const mine = rows.filter((row) => row.suite === suite);
    return { suite, core: verdictOf(mine.filter((row) => row.level === 'core')), advanced: verdictOf(mine) };
  });
}

const byNumber = (a: Protocol, b: Protocol): number => a.number.localeCompare(b.number, 'en', { numeric: true });

/** Each protocol once. Declared twice with different words, by two parts that share it, the notes stand side by side. */
export function protocolList(all: readonly Protocol[]): readonly Protocol[] {
  const found = new Map<string, Protocol>();
  for (const one of all) {
    const known = found.get(one.number);
    if (known === undefined) {
      found.set(one.number, one);
      continue;
    }
    const notes = [known.note, one.note].filter((note) => note !== undefined && note !== '');
    const note = [...new Set(notes)].join(' ');
    const status = known.status === 'complete' && one.status === 'complete' ? 'complete' : 'partial';
    found.set(one.number, { ...known, status, ...(note === '' ? {} : { note }) });
  }
  return [...found.values()].sort(byNumber);
}
