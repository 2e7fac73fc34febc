import { cut, fold, wordsOf } from '../kernel/words.ts';

/**
 * The words by which a thing is found. Both adapters, PostgreSQL and memory, cut and fold text here, so that a search means the same
 * everywhere and does not depend on the locale of a database.
 */
export { fold, searchTerms, wordsOf } from '../kernel/words.ts';

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

/** Terms of a search in message text; each must be the start of some word of the body. */
export const textTerms = (search: string): string[] => wordsOf(search).map(cut).slice(0, 10);
export const bodyWords = (body: string): string[] => wordsOf(body).map(cut);
