import { addAgreement, deleteAgreement, getAgreement, getRun, listAgreements, listRuns, sync, updateAgreement } from './agreements.ts';
import { addDirectory, deleteDirectory, getDirectory, listDirectories, test, updateDirectory } from './directories.ts';

/** The use cases of this area; the key is the verb in their id. */
export const directories = {
  list: listDirectories,
  get: getDirectory,
  add: addDirectory,
  update: updateDirectory,
  delete: deleteDirectory,
  test,
  listAgreements,
  getAgreement,
  addAgreement,
  updateAgreement,
  deleteAgreement,
  sync,
  listRuns,
  getRun,
} as const;
