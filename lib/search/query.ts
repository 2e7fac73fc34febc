/** Reading a search (XEP-0055): the old fields or a data form in, words and conditions out. Pure. */

import type { Element } from '../xmpp/stanza/element.ts';
import { NS } from '../xmpp/stanza/namespaces.ts';
import { readSubmission } from '../xmpp/xeps/xep-0004-forms.ts';
import type { FoundPerson } from './ports.ts';

export const SEARCH = 'jabber:iq:search';

/** The fields of §2.1 that this directory has, and what it has besides. */
export const fields = ['first', 'last', 'nick', 'email'] as const;
export type Field = (typeof fields)[number];

export interface SearchQuery {
  /** Words of each field that was filled in, in small letters. */
  readonly wanted: Readonly<Partial<Record<Field, readonly string[]>>>;
  readonly isForm: boolean;
}

const MAX_LENGTH = 200;
const wordsOf = (text: string): string[] =>
  text
    .toLowerCase()
    .split(/[\s,;*%_]+/u)
    .filter((word) => word !== '');

/** Null when a form is there that is none of ours. */
export function readSearch(payload: Element): SearchQuery | null {
  const x = payload.child('x', NS.dataForms);
  const wanted: Partial<Record<Field, string[]>> = {};
  if (x === undefined) {
    for (const field of fields) {
      const words = wordsOf(payload.child(field, SEARCH)?.text().slice(0, MAX_LENGTH) ?? '');
      if (words.length > 0) wanted[field] = words;
    }
    return { wanted, isForm: false };
  }
  const values = readSubmission(x);
  if (values === null || (values.get('FORM_TYPE')?.[0] ?? SEARCH) !== SEARCH) return null;
  for (const field of fields) {
    const words = wordsOf(values.get(field)?.[0]?.slice(0, MAX_LENGTH) ?? '');
    if (words.length > 0) wanted[field] = words;
  }
  return { wanted, isForm: true };
}

/** The given name and the rest: the directory keeps one name. */
export function splitName(name: string): { first: string; last: string } {
  const at = name.trim().lastIndexOf(' ');
  return at < 0 ? { first: name.trim(), last: '' } : { first: name.slice(0, at).trim(), last: name.slice(at + 1) };
}

/** A part between blanks, or a word within it, begins so. */
const starts = (text: string, word: string): boolean => {
  const small = text.toLowerCase();
  return [...small.split(/\s+/u), ...small.split(/[^\p{L}\p{N}]+/u)].some((one) => one.startsWith(word));
};

/** Does this person fit every field, not only some field? */
export function fits(person: FoundPerson, wanted: SearchQuery['wanted'], withMail: boolean): boolean {
  const texts: Readonly<Record<Field, string>> = {
    first: person.name,
    last: person.name,
    nick: `${person.userId} ${person.bare}`,
    email: withMail ? person.mail : '',
  };
  return fields.every((field) => (wanted[field] ?? []).every((word) => starts(texts[field], word)));
}
