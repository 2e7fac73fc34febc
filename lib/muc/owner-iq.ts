/** What owners ask for (XEP-0045 §10): the configuration form, and the end of the room. */
import { parseJid } from '../kernel/jid.ts';
import type { IqAnswer } from '../xmpp/router/hooks.ts';
import type { ServiceAsk } from '../xmpp/router/service-desk.ts';
import { el } from '../xmpp/stanza/element.ts';
import { NS } from '../xmpp/stanza/namespaces.ts';
import type { StanzaFault } from '../xmpp/stanza/stanza.ts';
import { readSubmission } from '../xmpp/xeps/xep-0004-forms.ts';
import { configForm, readConfig } from './config-form.ts';
import type { Configuring } from './configure.ts';
import type { MucContext } from './context.ts';
import { MUC_NS } from './names.ts';
import type { Room } from './room.ts';

const faults = {
  notOwner: { condition: 'forbidden', text: 'Only owners of the room may do this.' },
  bad: { condition: 'bad-request', text: 'A configuration form or the end of the room was expected.' },
  badAlternate: { condition: 'jid-malformed', text: 'The address of the other room is not valid. Nothing was changed.' },
} as const satisfies Record<string, StanzaFault>;

export interface OwnerIq {
  get(room: Room, ask: ServiceAsk): IqAnswer;
  set(room: Room, ask: ServiceAsk): Promise<IqAnswer> | IqAnswer;
}

export function createOwnerIq(deps: { readonly ctx: MucContext; readonly configuring: Configuring }): OwnerIq {
  const { ctx, configuring } = deps;
  const isOwner = (room: Room, ask: ServiceAsk): boolean => ctx.standingOf(room, ask.iq.from) === 'owner';
  const answerOf = (fault: StanzaFault | null): IqAnswer => (fault === null ? { result: null } : { fault });

  function get(room: Room, ask: ServiceAsk): IqAnswer {
    if (!isOwner(room, ask)) return { fault: faults.notOwner };
    const people = { owners: [] as string[], admins: [] as string[] };
    for (const [who, { affiliation }] of room.affiliations) {
      if (affiliation === 'owner') people.owners.push(who);
      else if (affiliation === 'admin') people.admins.push(who);
    }
    const form = configForm(room.config, people, ctx.settings.get(), ctx.isSystemAdministrator(ask.iq.from.bare));
    return { result: el('query', MUC_NS.owner, {}, form) };
  }

  function destroy(room: Room, ask: ServiceAsk): Promise<IqAnswer> | IqAnswer {
    const asked = ask.payload.child('destroy', MUC_NS.owner);
    const alternate = asked?.attrs.jid;
    if (alternate !== undefined && parseJid(alternate) === null) return { fault: faults.badAlternate };
    const reason = asked?.child('reason', MUC_NS.owner)?.text() ?? '';
    const password = asked?.child('password', MUC_NS.owner)?.text() ?? null;
    return configuring.destroy(room, reason.slice(0, 1024), alternate ?? null, password).then(answerOf);
  }

  function submit(room: Room, ask: ServiceAsk): Promise<IqAnswer> | IqAnswer {
    const x = ask.payload.child('x', NS.dataForms);
    const { bare } = ask.iq.from;
    // §10.1.1: giving up a room that was never configured ends it; otherwise nothing changes.
    if (x?.attrs.type === 'cancel') return room.locked ? configuring.destroy(room, '', null, null).then(answerOf) : { result: null };
    const values = readSubmission(x);
    if (values === null) return { fault: faults.bad };
    const formType = values.get('FORM_TYPE')?.[0];
    if (formType !== undefined && formType !== MUC_NS.roomConfig) return { fault: faults.bad };
    // §10.1.2: an empty form takes the defaults.
    if (values.size <= (formType === undefined ? 0 : 1) && room.locked) return configuring.unlock(room).then(answerOf);
    const isAdministrator = ctx.isSystemAdministrator(bare);
    return configuring
      .apply(
        room,
        (now) => (isOwner(room, ask) ? readConfig(values, now, ctx.settings.get(), isAdministrator) : { fault: faults.notOwner }),
        bare,
      )
      .then(answerOf);
  }

  return {
    get,
    set(room, ask) {
      if (!isOwner(room, ask)) return { fault: faults.notOwner };
      return ask.payload.child('destroy', MUC_NS.owner) === undefined ? submit(room, ask) : destroy(room, ask);
    },
  };
}
