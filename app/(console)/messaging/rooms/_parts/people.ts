/** Addresses typed or pasted, one a line or separated by commas, semicolons or blanks; each once. */
export const peopleFrom = (text: string): string[] => [...new Set(text.split(/[\s,;]+/).filter((each) => each !== ''))];
