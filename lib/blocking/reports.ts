/** Reports of spam and abuse that come with a block (XEP-0377). */
import type { ImValues } from '../config/schema/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { sortableId } from '../kernel/ids.ts';
import type { Jid } from '../kernel/jid.ts';
import type { Live } from '../kernel/live.ts';
import type { Log } from '../kernel/log.ts';
import { defineSlot, readSlot, writeSlot } from '../kernel/slots.ts';
import type { ClientSession } from '../xmpp/c2s/session.ts';
import type { Protocol } from '../xmpp/router/hooks.ts';
import type { User } from '../xmpp/router/users.ts';
import type { Element } from '../xmpp/stanza/element.ts';
import { NS } from '../xmpp/stanza/namespaces.ts';
import type { StanzaFault } from '../xmpp/stanza/stanza.ts';
import type { Report, ReportReason, ReportStore } from './ports.ts';

export const REPORTING = 'urn:xmpp:reporting:1';
export const reportProtocol: Protocol = { number: 'XEP-0377', title: 'Spam Reporting', version: '0.3.1', status: 'complete' };

const reasons: Readonly<Record<string, ReportReason>> = {
  'urn:xmpp:reporting:spam': 'spam',
  'urn:xmpp:reporting:abuse': 'abuse',
};
const MAX_TEXT = 2_000;
const MAX_MESSAGES = 10;
const MAX_MESSAGE_TEXT = 1_000;
const HOUR_MS = 3_600_000;

/** A report as the client wrote it. */
export interface Claimed {
  readonly reported: Jid;
  readonly reason: ReportReason;
  readonly text: string;
  /** Ids in the archive of who reports. */
  readonly messages: readonly string[];
}

/** The texts of messages in one person's archive, oldest first; unknown ids are left out. */
export type ReadMessages = (
  accountId: number,
  uids: readonly string[],
) => Promise<readonly { readonly at: number; readonly body: string }[]>;

/** The report inside an item of a block request: none, one, or a fault when it is malformed. */
export function readReport(item: Element, reported: Jid, owner: string): Claimed | StanzaFault | null {
  const report = item.child('report', REPORTING);
  if (report === undefined) return null;
  const reason = reasons[report.attrs.reason ?? ''];
  if (reason === undefined)
    return {
      condition: 'bad-request',
      text: 'A report has the reason urn:xmpp:reporting:spam or urn:xmpp:reporting:abuse. Nothing was blocked.',
    };
  const messages = report
    .elements()
    // Ids that others gave name nothing that can be looked up here.
    .filter((one) => one.name === 'stanza-id' && one.ns === NS.stanzaId && one.attrs.by === owner)
    .map((one) => one.attrs.id ?? '');
  return {
    reported,
    reason,
    text: (report.child('text', REPORTING)?.text() ?? '').slice(0, MAX_TEXT),
    messages: messages.slice(0, MAX_MESSAGES),
  };
}

const rateSlot = defineSlot<{ hour: number; count: number }>('blocking.reports');

export function createReports(deps: {
  readonly store: ReportStore;
  readonly readMessages: ReadMessages;
  readonly settings: Live<ImValues>;
  readonly received: (report: Report) => void;
  readonly clock: Clock;
  readonly log: Log;
}): { keep(session: ClientSession, claimed: readonly Claimed[]): Promise<void> } {
  const { clock, settings } = deps;

  function isTooMuch(user: User): boolean {
    const hour = Math.floor(clock.monotonic() / HOUR_MS);
    let rate = readSlot(user, rateSlot);
    if (rate === undefined || rate.hour !== hour) {
      rate = { hour, count: 0 };
      writeSlot(user, rateSlot, rate);
    }
    return ++rate.count > settings.get().reportsPerHour;
  }

  async function textsOf(user: User, uids: readonly string[]): Promise<string> {
    if (uids.length === 0) return '';
    const rows = await deps.readMessages(user.accountId, uids);
    return rows.map(({ at, body }) => `${new Date(at).toISOString()} ${body.slice(0, MAX_MESSAGE_TEXT)}`).join('\n');
  }

  return {
    async keep(session, claimed) {
      const { user } = session;
      for (const { reported, reason, text, messages } of claimed) {
        // The block counts all the same.
        if (isTooMuch(user)) {
          deps.log.info('blocking.report-left-out', { user: user.bare });
          return;
        }
        const report: Report = {
          id: sortableId(clock.now()),
          at: clock.now(),
          reporter: user.bare,
          reported: reported.full,
          reason,
          text,
          messages: await textsOf(user, messages),
          state: 'open',
          closedBy: '',
          closedAt: null,
          note: '',
        };
        await deps.store.add(report);
        deps.received(report);
      }
    },
  };
}
