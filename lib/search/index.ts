/**
 * The directory search (XEP-0055) at an address of its own for each IM domain. For signed-in people of this server only; short, empty and too frequent
 * searches are refused, so that nobody reads the directory through it (S-8).
 */
import type { SearchValues } from '../config/schema/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { type Live, liveBox } from '../kernel/live.ts';
import { defineSlot, readSlot, writeSlot } from '../kernel/slots.ts';
import type { ClientSession } from '../xmpp/c2s/session.ts';
import type { IqAnswer, Protocol, Room } from '../xmpp/router/hooks.ts';
import type { Host } from '../xmpp/router/hosts.ts';
import type { Router } from '../xmpp/router/router.ts';
import { createServiceDesk, notHere, type ServiceAsk } from '../xmpp/router/service-desk.ts';
import { createServiceNames } from '../xmpp/router/service-names.ts';
import { mayBounce } from '../xmpp/stanza/build.ts';
import { Element, el } from '../xmpp/stanza/element.ts';
import { NS } from '../xmpp/stanza/namespaces.ts';
import type { StanzaFault } from '../xmpp/stanza/stanza.ts';
import { type FormField, formElement } from '../xmpp/xeps/xep-0004-forms.ts';
import { infoElement, itemsElement } from '../xmpp/xeps/xep-0030-disco.ts';
import type { FoundPerson, PeopleDirectory } from './ports.ts';
import { fits, readSearch, SEARCH, splitName } from './query.ts';

export type { PeopleDirectory } from './ports.ts';

const protocol: Protocol = {
  number: 'XEP-0055',
  title: 'Jabber Search',
  version: '1.3',
  status: 'complete',
  note: 'At search.<domain>, over the directory of users.',
};

const MINUTE_MS = 60_000;
/** Rows looked at for one search: its words may be in other fields than those asked for. */
const LOOKED_AT = 5;
const instructions = 'Fill in one or more fields. Each word may be the beginning of a longer one.';

const strangers: StanzaFault = { condition: 'forbidden', type: 'auth', text: 'Only people of this server can search its directory.' };
const tooFast: StanzaFault = {
  condition: 'resource-constraint',
  type: 'wait',
  text: 'Too many searches within a minute. Try again in a moment.',
};
const badForm: StanzaFault = { condition: 'bad-request', type: 'modify', text: 'The form is not the one of this search.' };

const rateSlot = defineSlot<{ minute: number; count: number }>('search.rate');

export function createSearch(deps: {
  readonly directory: PeopleDirectory;
  readonly router: () => Router;
  readonly imDomains: Live<ReadonlySet<string>>;
  readonly settings: Live<SearchValues>;
  readonly clock: Clock;
}): { readonly room: Room; readonly host: Host } {
  const { settings } = deps;
  const label = liveBox(labelOf(settings.get()));
  settings.onChange((now) => label.set(labelOf(now)));
  const names = createServiceNames({ imDomains: deps.imDomains, label });

  /** Which IM domain a search address belongs to. */
  const imDomainOf = (serviceDomain: string): string => serviceDomain.slice(serviceDomain.indexOf('.') + 1);

  function isTooFast(session: ClientSession): boolean {
    const limit = settings.get().perMinute;
    if (limit === 0) return false;
    const minute = Math.floor(deps.clock.monotonic() / MINUTE_MS);
    let rate = readSlot(session.user, rateSlot);
    if (rate === undefined || rate.minute !== minute) {
      rate = { minute, count: 0 };
      writeSlot(session.user, rateSlot, rate);
    }
    return ++rate.count > limit;
  }

  const formFields = (): FormField[] => [
    { name: 'first', type: 'text-single', label: 'Given name' },
    { name: 'last', type: 'text-single', label: 'Family name' },
    { name: 'nick', type: 'text-single', label: 'User ID or address' },
    ...(settings.get().showMail ? [{ name: 'email', type: 'text-single', label: 'Mail' } as const] : []),
  ];

  function describe({ sender }: ServiceAsk): IqAnswer {
    if (sender === null) return { fault: strangers };
    const old = ['first', 'last', 'nick', ...(settings.get().showMail ? ['email'] : [])].map((name) => el(name, SEARCH));
    const form = formElement('form', SEARCH, formFields(), { title: 'Find people', instructions });
    return { result: el('query', SEARCH, {}, el('instructions', SEARCH, {}, instructions), ...old, form) };
  }

  async function search({ iq, payload, sender }: ServiceAsk): Promise<IqAnswer> {
    if (sender === null) return { fault: strangers };
    const { minLength, maxResults, scope, showMail, hidden } = settings.get();
    const query = readSearch(payload);
    if (query === null) return { fault: badForm };
    const { email, ...others } = query.wanted;
    const wanted = showMail && email !== undefined ? { ...others, email } : others;
    const words = Object.values(wanted).flat();
    if (!words.some((word) => [...word].length >= minLength))
      return {
        fault: { condition: 'not-acceptable', type: 'modify', text: `Enter at least ${minLength} characters of a name or address.` },
      };
    if (isTooFast(sender)) return { fault: tooFast };
    const domain = scope === 'domain' ? imDomainOf(iq.to?.domain ?? '') : null;
    const found = await deps.directory.find(words.join(' '), domain, (maxResults + 1) * LOOKED_AT);
    const never = new Set(hidden.map((jid) => jid.toLowerCase()));
    const people = found.filter((person) => !never.has(person.bare) && fits(person, wanted, showMail));
    const shown = people.slice(0, maxResults);
    return { result: query.isForm ? formResult(shown, showMail) : oldResult(shown, showMail) };
  }

  function oldResult(people: readonly FoundPerson[], withMail: boolean): Element {
    return el(
      'query',
      SEARCH,
      {},
      ...people.map((person) => {
        const { first, last } = splitName(person.name);
        const item = el(
          'item',
          SEARCH,
          { jid: person.bare },
          el('first', SEARCH, {}, first),
          el('last', SEARCH, {}, last),
          el('nick', SEARCH, {}, person.userId),
        );
        if (withMail) item.children.push(el('email', SEARCH, {}, person.mail));
        return item;
      }),
    );
  }

  /** §2.2: columns in `reported`, one `item` a person. */
  function formResult(people: readonly FoundPerson[], withMail: boolean): Element {
    const x = formElement('result', SEARCH, []);
    const columns: readonly (readonly [string, string, string])[] = [
      ['jid', 'jid-single', 'Address'],
      ['first', 'text-single', 'Given name'],
      ['last', 'text-single', 'Family name'],
      ['nick', 'text-single', 'User ID'],
      ...(withMail ? ([['email', 'text-single', 'Mail']] as const) : []),
    ];
    x.children.push(
      new Element(
        'reported',
        NS.dataForms,
        {},
        columns.map(([name, type, words]) => el('field', NS.dataForms, { var: name, type, label: words })),
      ),
    );
    for (const person of people) {
      const values: Readonly<Record<string, string>> = {
        jid: person.bare,
        ...splitName(person.name),
        nick: person.userId,
        email: person.mail,
      };
      x.children.push(
        new Element(
          'item',
          NS.dataForms,
          {},
          columns.map(([name]) => el('field', NS.dataForms, { var: name }, el('value', NS.dataForms, {}, values[name] ?? ''))),
        ),
      );
    }
    return el('query', SEARCH, {}, x);
  }

  const unknownNode: StanzaFault = { condition: 'item-not-found', type: 'cancel' };
  const desk = createServiceDesk({
    handlers: [
      {
        ns: NS.discoInfo,
        name: 'query',
        types: ['get'],
        handle: ({ payload }) =>
          payload.attrs.node !== undefined
            ? { fault: unknownNode }
            : {
                result: infoElement(
                  {
                    identities: [{ category: 'directory', type: 'user', name: 'Find people' }],
                    features: [NS.discoInfo, NS.discoItems, SEARCH, NS.dataForms],
                    forms: [],
                  },
                  undefined,
                ),
              },
      },
      // §2.4 of the security reference: no list names users.
      { ns: NS.discoItems, name: 'query', types: ['get'], handle: () => ({ result: itemsElement([], undefined) }) },
      { ns: SEARCH, name: 'query', types: ['get'], handle: describe },
      { ns: SEARCH, name: 'query', types: ['set'], handle: search },
      { ns: NS.ping, name: 'ping', types: ['get'], handle: () => ({ result: null }) },
    ],
    answer: (iq, answer) => deps.router().answer(iq, answer),
    failed: (iq, error) => deps.router().failed(iq, error),
    holdAck: (session) => deps.router().holdAck(session),
  });

  const host: Host = {
    name: 'search',
    domains: names.domains,
    title: 'Find people',
    servesDomain: (service, im) => names.serves(service, im),
    receive(stanza, sender) {
      const isToService = stanza.to !== null && stanza.to.local === '' && stanza.to.resource === '';
      if (isToService && stanza.kind === 'iq' && desk.take(stanza, sender)) return;
      if (stanza.kind !== 'presence' && mayBounce(stanza)) deps.router().bounce(stanza, notHere);
    },
  };
  return { host, room: { name: 'search', protocols: [protocol] } };
}

const labelOf = (values: SearchValues): string => (values.enabled ? values.label : '');
