/**
 * The commands for hats (XEP-0317 §3.2-3.7, by XEP-0050). Each is one form at most, and what comes back is complete in itself and judged anew, so that no
 * run is remembered and a form may be sent without having been asked for (§3.3).
 */
import { secretId } from '../kernel/ids.ts';
import { type BareJid, parseJid } from '../kernel/jid.ts';
import type { IqAnswer, MaybePromise } from '../xmpp/router/hooks.ts';
import type { ServiceAsk } from '../xmpp/router/service-desk.ts';
import { Element, el } from '../xmpp/stanza/element.ts';
import { NS } from '../xmpp/stanza/namespaces.ts';
import type { StanzaFault } from '../xmpp/stanza/stanza.ts';
import { type FormField, formElement, readSubmission } from '../xmpp/xeps/xep-0004-forms.ts';
import type { DiscoInfo, DiscoItem } from '../xmpp/xeps/xep-0030-disco.ts';
import { COMMANDS, type Submission } from '../xmpp/xeps/xep-0050-commands.ts';
import type { MucContext } from './context.ts';
import type { Hats } from './hats.ts';
import { MUC_NS, nickKey } from './names.ts';
import type { RoomHat } from './ports.ts';
import { atLeast, seesAddresses } from './privileges.ts';
import type { Room } from './room.ts';

const bad = (name: string): StanzaFault => ({ condition: 'bad-request', type: 'modify', detail: new Element(name, COMMANDS) });
const faults = {
  unknown: { condition: 'item-not-found', text: 'There is no such command here.' },
  forbidden: { condition: 'forbidden', text: 'You may not do this in this room.' },
  badAction: bad('bad-action'),
  malformedAction: bad('malformed-action'),
  badPayload: bad('bad-payload'),
  badTitle: { condition: 'not-acceptable', type: 'modify', text: 'The title of a hat is 1 to 100 characters.' },
  badUri: { condition: 'not-acceptable', type: 'modify', text: 'A hat is named by a URI of 256 characters at most.' },
  badHue: { condition: 'not-acceptable', type: 'modify', text: 'The colour of a hat is an angle from 0 to 360.' },
  badPerson: { condition: 'jid-malformed', text: 'Name the person by an address.' },
  nobody: { condition: 'item-not-found', text: 'Nobody in this room has this nickname.' },
} as const satisfies Record<string, StanzaFault>;

const MAX_TITLE = 100;
const MAX_URI = 256;

/** Who may run a command: `manage` hats, `see` the list, or see `wearers` by their addresses. */
type Right = 'manage' | 'see' | 'wearers';

interface HatCommand {
  readonly node: string;
  readonly name: string;
  readonly right: Right;
  /** What is asked for; null for a command that only shows. */
  form(room: Room): readonly FormField[] | null;
  run(room: Room, values: Submission, may: () => StanzaFault | null): MaybePromise<StanzaFault | Element | null>;
}

export interface HatsIq {
  command(room: Room, ask: ServiceAsk): MaybePromise<IqAnswer>;
  /** The commands this asker may run. */
  items(room: Room, ask: ServiceAsk): readonly DiscoItem[];
  /** Null: no such node, or not for this asker. */
  nodeInfo(room: Room, ask: ServiceAsk, node: string): DiscoInfo | null;
}

const uriField = (room: Room): FormField => ({
  name: 'hats#uri',
  type: 'list-single',
  label: 'Hat',
  isRequired: true,
  options: room.hatRows().kinds.map(({ title, uri }) => ({ label: title, value: uri })),
});
const personField: FormField = { name: 'hats#jid', type: 'jid-single', label: 'Address of the person', isRequired: true };

/** §3.3 shows the field of the form under another name than that of the answer: both are taken. */
const uriOf = (values: Submission): string => (values.get('hats#uri')?.[0] ?? values.get('hat')?.[0] ?? '').trim();

function readHat(values: Submission): RoomHat | StanzaFault {
  const title = (values.get('hats#title')?.[0] ?? '').trim();
  const hue = (values.get('hats#hue')?.[0] ?? '').trim();
  const uri = uriOf(values);
  if (title === '' || [...title].length > MAX_TITLE || /\p{Cc}/u.test(title)) return faults.badTitle;
  if (uri.length > MAX_URI || !/^[a-z][a-z0-9+.-]*:[^\s\p{Cc}]+$/iu.test(uri)) return faults.badUri;
  if (hue !== '' && (!/^\d{1,3}(\.\d{1,9})?$/.test(hue) || Number(hue) > 360)) return faults.badHue;
  return { uri, title, hue };
}

/** An address, or the room's own of somebody inside. */
function readPerson(room: Room, values: Submission): BareJid | StanzaFault {
  const jid = parseJid((values.get('hats#jid')?.[0] ?? '').trim());
  if (jid === null || jid.local === '') return faults.badPerson;
  if (jid.bare !== room.jid.bare) return jid.bare;
  return room.occupants.get(nickKey(jid.resource) ?? '')?.bare ?? faults.nobody;
}

function table(title: string, columns: readonly string[], rows: readonly (readonly string[])[]): Element {
  const field = (name: string, ...values: string[]) =>
    el('field', NS.dataForms, { var: name }, ...values.map((value) => el('value', NS.dataForms, {}, value)));
  const items = rows.map((row) => el('item', NS.dataForms, {}, ...columns.map((name, at) => field(name, row[at] ?? ''))));
  const reported = el('reported', NS.dataForms, {}, ...columns.map((name) => field(name)));
  const x = formElement('result', MUC_NS.hatCommands, [], { title });
  x.children.push(reported, ...items);
  return x;
}

export function createHatsIq(deps: { readonly ctx: MucContext; readonly hats: Hats }): HatsIq {
  const { ctx, hats } = deps;

  const wears = (node: string, name: string, on: boolean): HatCommand => ({
    node,
    name,
    right: 'manage',
    form: (room) => [personField, uriField(room)],
    run(room, values, may) {
      const who = readPerson(room, values);
      return typeof who === 'string' ? hats.wear(room, who, uriOf(values), on, may) : who;
    },
  });
  const commands: readonly HatCommand[] = [
    {
      node: 'create',
      name: 'Create or change a hat',
      right: 'manage',
      form: () => [
        { name: 'hats#title', type: 'text-single', label: 'Title', isRequired: true },
        { name: 'hats#uri', type: 'text-single', label: 'URI that names the hat', isRequired: true },
        { name: 'hats#hue', type: 'text-single', label: 'Colour, as an angle from 0 to 360' },
      ],
      run(room, values, may) {
        const hat = readHat(values);
        return 'condition' in hat ? hat : hats.put(room, hat, may);
      },
    },
    {
      node: 'destroy',
      name: 'Remove a hat',
      right: 'manage',
      form: (room) => [uriField(room)],
      run: (room, values, may) => hats.remove(room, uriOf(values), may),
    },
    {
      node: 'list',
      name: 'Hats of this room',
      right: 'see',
      form: () => null,
      run: (room) =>
        table(
          'Hats',
          ['hats#title', 'hats#uri', 'hats#hue'],
          room.hatRows().kinds.map(({ title, uri, hue }) => [title, uri, hue]),
        ),
    },
    wears('assign', 'Give somebody a hat', true),
    wears('unassign', 'Take a hat from somebody', false),
    {
      node: 'list-assigned',
      name: 'Who wears which hat',
      right: 'wearers',
      form: () => null,
      run: (room) =>
        table(
          'Hats people wear',
          ['hats#jid', 'hats#uri', 'hats#title', 'hats#hue'],
          room.hatRows().worn.map(({ who, uri }) => [who, uri, room.hats.get(uri)?.title ?? '', room.hats.get(uri)?.hue ?? '']),
        ),
    },
  ];
  const byNode = new Map(commands.map((command) => [`${MUC_NS.hatCommands}:${command.node}`, command]));

  function may(room: Room, ask: ServiceAsk, right: Right): boolean {
    const affiliation = ctx.standingOf(room, ask.iq.from);
    if (right === 'manage') return atLeast(affiliation, 'admin');
    if (affiliation === 'outcast') return false;
    if (right === 'see' || atLeast(affiliation, 'admin')) return true;
    // the list says who is behind the nicknames.
    const occupant = room.sessions.get(ask.iq.from.full)?.occupant;
    return occupant !== undefined && seesAddresses(occupant.role, room.config);
  }

  function element(node: string, ask: ServiceAsk, status: 'executing' | 'completed' | 'canceled', ...children: Element[]): IqAnswer {
    const sessionid = ask.payload.attrs.sessionid ?? secretId();
    return { result: el('command', COMMANDS, { node, sessionid, status }, ...children) };
  }

  function execute(room: Room, ask: ServiceAsk, node: string, command: HatCommand): MaybePromise<IqAnswer> {
    const x = ask.payload.child('x', NS.dataForms);
    const asked = command.form(room);
    if (asked !== null && x === undefined) {
      if (ask.payload.attrs.sessionid !== undefined) return { fault: faults.badPayload };
      const form = formElement('form', MUC_NS.hatCommands, asked, { title: command.name, instructions: 'Fill in the form and send it.' });
      const actions = el('actions', COMMANDS, { execute: 'complete' }, el('complete', COMMANDS));
      return element(node, ask, 'executing', actions, form);
    }
    const values = asked === null ? new Map<string, readonly string[]>() : readSubmission(x);
    const formType = values?.get('FORM_TYPE')?.[0];
    if (values === null || (formType !== undefined && formType !== MUC_NS.hatCommands)) return { fault: faults.badPayload };
    const ended = (outcome: StanzaFault | Element | null): IqAnswer =>
      outcome === null
        ? element(node, ask, 'completed')
        : outcome instanceof Element
          ? element(node, ask, 'completed', outcome)
          : { fault: outcome };
    const outcome = command.run(room, values, () => (may(room, ask, command.right) ? null : faults.forbidden));
    return outcome instanceof Promise ? outcome.then(ended) : ended(outcome);
  }

  return {
    command(room, ask) {
      const { node = '', action = 'execute' } = ask.payload.attrs;
      const command = byNode.get(node);
      if (command === undefined) return { fault: faults.unknown };
      if (!may(room, ask, command.right)) return { fault: faults.forbidden };
      switch (action) {
        case 'execute':
        case 'complete':
          return execute(room, ask, node, command);
        case 'cancel':
          return element(node, ask, 'canceled');
        case 'next':
        case 'prev':
          return { fault: faults.badAction };
        default:
          return { fault: faults.malformedAction };
      }
    },
    items: (room, ask) =>
      [...byNode].flatMap(([node, { name, right }]) => (may(room, ask, right) ? [{ jid: room.jid.bare, node, name }] : [])),
    nodeInfo(room, ask, node) {
      if (node === COMMANDS)
        return { identities: [{ category: 'automation', type: 'command-list', name: 'Commands' }], features: [COMMANDS], forms: [] };
      const command = byNode.get(node);
      if (command === undefined || !may(room, ask, command.right)) return null;
      return {
        identities: [{ category: 'automation', type: 'command-node', name: command.name }],
        features: [COMMANDS, NS.dataForms],
        forms: [],
      };
    },
  };
}
