import { describeAccountsContract } from './accounts.contract.ts';
import { describeAdminContract } from './admin.contract.ts';
import { describeAssignmentContract } from './assignment.contract.ts';
import { describeCallManagerContract } from './call-manager.contract.ts';
import { describeClientTokensContract } from './client-tokens.contract.ts';
import { describeClusterContract } from './cluster.contract.ts';
import { describeComponentsContract } from './components.contract.ts';
import { describeFilesContract } from './files.contract.ts';
import { describeImContract } from './im.contract.ts';
import { describeDirectoriesContract } from './ldap.contract.ts';
import type { MakeStores } from './make.ts';
import { describeMessagesContract } from './messages.contract.ts';
import { describePeopleContract } from './people.contract.ts';
import { describePubSubContract } from './pubsub.contract.ts';
import { describeRoomsContract } from './rooms.contract.ts';
import { describeRoomArchiveContract } from './rooms-archive.contract.ts';
import { describeSecurityContract } from './security.contract.ts';

/** What every adapter of the stores must do. */
export function describeStoresContract(name: string, make: MakeStores): void {
  describeAccountsContract(name, make);
  describeImContract(name, make);
  describePeopleContract(name, make);
  describeSecurityContract(name, make);
  describeAdminContract(name, make);
  describeRoomsContract(name, make);
  describeRoomArchiveContract(name, make);
  describeClientTokensContract(name, make);
  describePubSubContract(name, make);
  describeFilesContract(name, make);
  describeComponentsContract(name, make);
  describeMessagesContract(name, make);
  describeClusterContract(name, make);
  describeAssignmentContract(name, make);
  describeDirectoriesContract(name, make);
  describeCallManagerContract(name, make);
}
