/** What the commands of service administration (XEP-0133) share: their forms, and how outcomes of use cases are told. */
import type { Fault } from '../../kernel/faults.ts';
import { type BareJid, parseJid } from '../../kernel/jid.ts';
import type { Result } from '../../kernel/result.ts';
import type { MaybePromise, Protocol } from '../router/hooks.ts';
import type { Element } from '../stanza/element.ts';
import type { CommandOutcome } from './ports.ts';
import { type FormField, formElement } from './xep-0004-forms.ts';
import type { CommandStep, Note, Submission } from './xep-0050-commands.ts';

export const protocol: Protocol = {
  number: 'XEP-0133',
  title: 'Service Administration',
  version: '1.3.1',
  status: 'complete',
  note: 'Passwords are never told (get-user-password): the server does not have them. Black and white lists come with server-to-server streams.',
};

export const ADMIN = 'http://jabber.org/protocol/admin';
export const nodeOf = (name: string): string => `${ADMIN}#${name}`;

export const adminForm = (title: string, fields: readonly FormField[], instructions = 'Fill out this form.'): Element =>
  formElement('form', ADMIN, fields, { title, instructions });
export const adminResult = (fields: readonly FormField[]): Element => formElement('result', ADMIN, fields);

export const one = (values: Submission, name: string): string => values.get(name)?.[0]?.trim() ?? '';
/** Passwords are taken as written. */
export const secret = (values: Submission, name: string): string => values.get(name)?.[0] ?? '';

export const done = (text: string): CommandStep => ({ is: 'done', note: { type: 'info', text } });
export const problem = (fault: Fault): CommandStep => ({ is: 'done', note: { type: 'error', text: withFields(fault) } });
export const withFields = (fault: Fault): string => [fault.message, ...Object.values(fault.fields ?? {})].join(' ');

/** A form that is shown again, with the reason, until what was entered makes sense. */
export function form(
  title: string,
  fields: readonly FormField[],
  act: (values: Submission) => MaybePromise<CommandStep | string>,
  note?: Note,
): CommandStep {
  return {
    is: 'form',
    form: adminForm(title, fields),
    ...(note === undefined ? {} : { note, again: true as const }),
    execute: 'complete',
    async submit(values) {
      const outcome = await act(values);
      return typeof outcome === 'string' ? form(title, fields, act, { type: 'error', text: outcome }) : outcome;
    },
  };
}

export function readBare(text: string): BareJid | null {
  const jid = parseJid(text);
  return jid === null || jid.local === '' ? null : jid.bare;
}

/** Valid addresses, or the sentence to show. */
export function readMany(values: Submission, whole: boolean): string[] | string {
  const jids: string[] = [];
  for (const text of values.get('accountjids') ?? []) {
    if (text.trim() === '') continue;
    const jid = parseJid(text.trim());
    if (jid === null || jid.local === '') return `"${text.slice(0, 100)}" is not the address of an account.`;
    jids.push(whole ? jid.full : jid.bare);
  }
  return jids.length === 0 ? 'Enter at least one address.' : [...new Set(jids)];
}

export function told(result: Result<CommandOutcome, Fault>, verb: string): CommandStep {
  if (!result.ok) return problem(result.fault);
  const { done: count, skipped } = result.value;
  const left = skipped.slice(0, 20).map(({ jid, why }) => `${jid}: ${why}`);
  const more = skipped.length > left.length ? ` and ${skipped.length - left.length} more` : '';
  const text = `${verb}: ${count}.${left.length === 0 ? '' : ` Left out: ${left.join('; ')}${more}.`}`;
  return { is: 'done', note: { type: skipped.length === 0 ? 'info' : 'warn', text } };
}
