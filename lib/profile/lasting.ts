import type { ClientSession } from '../xmpp/c2s/session.ts';
import type { IqAnswer } from '../xmpp/router/hooks.ts';

/** Runs a change whose request is acknowledged only when it is committed. A rejection means nothing was kept; the router answers for it. */
export async function lasting(session: ClientSession, save: () => Promise<void>): Promise<IqAnswer> {
  const hold = session.holdAck();
  try {
    await save();
    return { result: null };
  } finally {
    hold.done();
  }
}
