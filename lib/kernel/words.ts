/** Cutting text into words to search by: the same for what is stored and for what is only in memory. */
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
export const cut = (word: string): string => (word.length > MAX_LEXEME ? word.slice(0, MAX_LEXEME) : word);

/** Terms of a search box; each must be the start of some word. */
export const searchTerms = (search: string): string[] =>
  [...new Set(fold(search).replaceAll('\0', '').split(/\s+/u))]
    .filter((t) => t !== '')
    .map(cut)
    .slice(0, 10);
