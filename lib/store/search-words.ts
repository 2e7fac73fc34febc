/**
 * The words by which a thing is found. Both adapters, PostgreSQL and memory, cut and fold text here, so that a search means the same
 * everywhere and does not depend on the locale of a database.
 */
const SEPARATORS = /[^\p{L}\p{N}\p{M}]+/u;

/** One folding for what is stored and what is asked: compatibility forms and letter case do not matter. */
export const fold = (text: string): string => text.normalize('NFKC').toLowerCase();

/** Distinct words of a text, folded. */
export function wordsOf(text: string): string[] {
  const words = new Set(fold(text).split(SEPARATORS));
  words.delete('');
  return [...words];
}

/** Longest lexeme kept: longer ones are cut, in store and in query alike. */
const MAX_LEXEME = 120;
const cut = (word: string): string => (word.length > MAX_LEXEME ? word.slice(0, MAX_LEXEME) : word);

/** An account is found by the start of its user ID, its address, or any word of name or mail. */
export function accountWords(account: { userId: string; local: string; domain: string; name: string; mail: string }): string[] {
  const words = new Set([
    fold(account.userId),
    fold(`${account.local}@${account.domain}`),
    fold(account.mail),
    ...wordsOf(account.name),
    ...wordsOf(account.mail),
    // What is typed with its own marks, such as `o'brien` or `jean-luc`, is found that way too.
    ...fold(account.name).split(/\s+/u),
  ]);
  words.delete('');
  return [...words].map(cut);
}

/** A room is found by its address, or by the start of any word of its address, title or description. */
export function roomWords(room: { jid: string; title: string; description: string }): string[] {
  const words = new Set([fold(room.jid), ...wordsOf(room.jid), ...wordsOf(room.title), ...wordsOf(room.description)]);
  for (const text of [room.title, room.description]) for (const word of fold(text).split(/\s+/u)) words.add(word);
  words.delete('');
  return [...words].map(cut).slice(0, MAX_ROOM_WORDS);
}
const MAX_ROOM_WORDS = 500;

/** Terms of a search box; each must be the start of some word. */
export const searchTerms = (search: string): string[] =>
  [...new Set(fold(search).replaceAll('\0', '').split(/\s+/u))]
    .filter((t) => t !== '')
    .map(cut)
    .slice(0, 10);

/** Terms of a search in message text; each must be the start of some word of the body. */
export const textTerms = (search: string): string[] => wordsOf(search).map(cut).slice(0, 10);
export const bodyWords = (body: string): string[] => wordsOf(body).map(cut);
