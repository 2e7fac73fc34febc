import { defineFaults } from '../../kernel/faults.ts';

export const fileFaults = defineFaults('files', {
  missing: { kind: 'missing', message: 'There is no file {id}. It may have been deleted, or it is kept no longer.' },
  nothingMatches: { kind: 'missing', message: 'No file matches, so nothing was deleted.' },
  notNarrowed: { kind: 'invalid', message: 'Name the files to delete, or a person, type, time or size.' },
});
