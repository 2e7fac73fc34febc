import { defineFaults } from '../kernel/faults.ts';

/** What can go wrong between us and the database, in words for the person who starts the server. */
export const storeFaults = defineFaults('store', {
  badCursor: { kind: 'invalid', message: 'This page link is not valid any more. Start again from the first page.' },
  unavailable: { kind: 'down', message: 'The database is not available just now. Nothing was changed; try again in a moment.' },
  noBinaries: {
    kind: 'down',
    message:
      'There is no built-in PostgreSQL for this platform ({platform}). Install PostgreSQL 15 or newer, make an empty database for Rollcall and set DATABASE_URL to its address.',
  },
  folderNotWritable: {
    kind: 'down',
    message: 'The data folder {folder} cannot be written ({why}). Correct its owner or choose another with ROLLCALL_DATA_DIR.',
  },
  diskFull: {
    kind: 'down',
    message: 'The disk that holds {folder} is full. Free some space and start again; nothing that was acknowledged is lost.',
  },
  noUnprivileged: {
    kind: 'down',
    message:
      'The built-in PostgreSQL does not run as root and no unprivileged account could be used ({why}). Start Rollcall as an ordinary user, or set DATABASE_URL.',
  },
  otherMajor: {
    kind: 'down',
    message:
      'The data folder {folder} was made by PostgreSQL {found}, but this version of Rollcall brings PostgreSQL {expected}. Start the version of Rollcall that made it and export your data, or serve the folder with PostgreSQL {found} and set DATABASE_URL.',
  },
  notACluster: {
    kind: 'down',
    message: '{folder} exists but is not a complete database. Move it away to start with an empty one, or restore it from a backup.',
  },
  inUse: {
    kind: 'down',
    message:
      'The database in {folder} is in use by another process ({pid}) that does not answer and could not be stopped. Stop it and start again.',
  },
  usedByOther: {
    kind: 'down',
    message:
      'Another Rollcall is running on this data folder (its database connection is {pid}). Stop it first, or give this one a folder of its own with ROLLCALL_DATA_DIR.',
  },
  startFailed: { kind: 'down', message: 'The built-in PostgreSQL did not start: {why}' },
  unreachable: { kind: 'down', message: 'The database at {address} cannot be reached: {why}' },
  newerDatabase: {
    kind: 'down',
    message:
      'The database was last used by a newer version of Rollcall (it has the migration {name}, unknown here). Start that version, or restore a backup made before the upgrade.',
  },
  changedMigration: {
    kind: 'down',
    message:
      'The migration {name} in this installation is not the one that was applied to the database. Install an unmodified copy of Rollcall.',
  },
  nodesRun: {
    kind: 'conflict',
    message:
      'This version changes the database, and nodes of the version before still work on it: {nodes}. Stop them first, then start this one, then the others with the new version.',
  },
  migrationFailed: { kind: 'down', message: 'The database could not be brought up to date; the migration {name} was undone: {why}' },
});
