/** What a search of files looks at, by the start of words. */
export const fileText = (file: { readonly name: string; readonly owner: string; readonly id: string }): string =>
  [file.name, file.owner, file.id].join('\n');
