/** What a component sends becomes a stanza like any other: its namespace is `jabber:client`, and it says nothing in our name. */
import type { Jid } from '../../kernel/jid.ts';
import { type Child, Element } from '../stanza/element.ts';
import { NS } from '../stanza/namespaces.ts';

/** The element and all it holds, out of the namespace of the stream into that of stanzas. Shares what needs no change. */
export function asClientElement(el: Element): Element {
  let children: Child[] | null = null;
  for (let i = 0; i < el.children.length; i++) {
    const child = el.children[i] as Child;
    if (typeof child === 'string') continue;
    const changed = asClientElement(child);
    if (changed === child) continue;
    children ??= [...el.children];
    children[i] = changed;
  }
  if (el.ns !== NS.component) return children === null ? el : new Element(el.name, el.ns, el.attrs, children);
  return new Element(el.name, NS.client, el.attrs, children ?? el.children);
}

const domainOf = (address: string): string => {
  const slash = address.indexOf('/');
  const head = slash < 0 ? address : address.slice(0, slash);
  return head.slice(head.indexOf('@') + 1).toLowerCase();
};

/**
 * Takes out what a component may not say (security reference S-4, S-5): copies in the server's name, and ids and delays of addresses that are ours and
 * not its own. Occupants, statuses and archives of its own domain are its own business.
 */
export function cleanseComponent(el: Element, from: Jid, isOurs: (domain: string) => boolean): void {
  const forged = (by: string | undefined): boolean => {
    const domain = domainOf(by ?? '');
    return domain !== from.domain && isOurs(domain);
  };
  for (let i = el.children.length - 1; i >= 0; i--) {
    const child = el.children[i];
    if (child === undefined || typeof child === 'string') continue;
    const isForged =
      (child.ns === NS.carbons && child.name !== 'private') ||
      (child.ns === NS.stanzaId && child.name === 'stanza-id' && forged(child.attrs.by)) ||
      (child.ns === NS.delay && forged(child.attrs.from));
    if (isForged) el.children.splice(i, 1);
  }
}
