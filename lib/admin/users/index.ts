import { previewBulk, runBulk } from './bulk-users.ts';
import { listClients, revokeClient, signOutUser } from './clients.ts';
import { createUser } from './create-user.ts';
import { exportUsers } from './export-users.ts';
import { findUsers } from './find-users.ts';
import { generateUsers } from './generate-users.ts';
import { getUser } from './get-user.ts';
import { importUsers, previewImport } from './import-users.ts';
import { setPassword } from './set-password.ts';
import { deleteUsers, disableUsers, enableUsers } from './switch-users.ts';
import { updateUser } from './update-user.ts';

/** The use cases of this area; the key is the verb in their id. */
export const users = {
  find: findUsers,
  get: getUser,
  create: createUser,
  update: updateUser,
  setPassword,
  enable: enableUsers,
  disable: disableUsers,
  delete: deleteUsers,
  previewImport,
  import: importUsers,
  export: exportUsers,
  generate: generateUsers,
  previewBulk,
  runBulk,
  clients: listClients,
  revokeClient,
  signOut: signOutUser,
} as const;
