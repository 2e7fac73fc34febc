/** Every word typed must occur; the start of a word counts more. 0 hides the item. */
export function matchScore(text: string, typed: string): number {
  const hay = text.toLowerCase();
  let score = 1;
  for (const word of typed.toLowerCase().split(/\s+/).filter(Boolean)) {
    const at = hay.indexOf(word);
    if (at < 0) return 0;
    if (at > 0 && /\w/.test(hay[at - 1] ?? '')) score *= 0.7;
    score *= 1 - Math.min(at, 200) / 1000;
  }
  return score;
}
