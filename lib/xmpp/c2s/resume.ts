import type { Jid } from '../../kernel/jid.ts';
import type { Element } from '../stanza/element.ts';
import { NS } from '../stanza/namespaces.ts';
import { type BoundSession, handledTooHigh } from './bound-session.ts';
import type { SessionLink } from './link.ts';
import type { SessionTable } from './session-table.ts';
import { readCount } from './stream-management.ts';

export type Resumption =
  | { readonly is: 'ready'; readonly session: BoundSession; readonly h: number }
  | { readonly is: 'refused'; readonly xml: string }
  /** The connection is gone, or was ended for what it said. */
  | { readonly is: 'over' };

const failed = (condition: string, h: number | null): Resumption => ({
  is: 'refused',
  xml: `<failed xmlns='${NS.streamManagement}'${h === null ? '' : ` h='${h}'`}><${condition} xmlns='${NS.stanzaErrors}'/></failed>`,
});

/** XEP-0198 §5: finds the session that `<resume/>` names, for the one who signed in, and takes it off its old connection. */
export async function findResumable(
  table: SessionTable<BoundSession>,
  el: Element,
  me: Jid,
  link: SessionLink & { readonly isOpen: boolean },
): Promise<Resumption> {
  const id = el.attrs.previd ?? '';
  const h = readCount(el.attrs.h);
  if (h === null) return failed('bad-request', null);
  const session = table.byId(id);
  // A session of somebody else is as unknown as one that never was.
  if (session === undefined || session.jid.bare !== me.bare) return failed('item-not-found', table.handledBefore(id, me.bare));
  await new Promise<void>((done) => session.settle(done));
  if (!link.isOpen) return { is: 'over' };
  const sm = session.management;
  if (session.state === 'ended' || sm === null) return failed('item-not-found', table.handledBefore(id, me.bare));
  if (!session.canResume(h)) {
    link.close('undefined-condition', 'More stanzas are acknowledged than were sent.', handledTooHigh(String(h), sm.queue.sent));
    return { is: 'over' };
  }
  return { is: 'ready', session, h };
}
