import { describeAccountsContract } from './accounts.contract.ts';
import { describeAdminContract } from './admin.contract.ts';
import { describeComponentsContract } from './components.contract.ts';
import { describeImContract } from './im.contract.ts';
import type { MakeStores } from './make.ts';
import { describePeopleContract } from './people.contract.ts';
import { describeSecurityContract } from './security.contract.ts';

/** What every adapter of the stores must do. */
export function describeStoresContract(name: string, make: MakeStores): void {
  describeAccountsContract(name, make);
  describeImContract(name, make);
  describePeopleContract(name, make);
  describeSecurityContract(name, make);
  describeAdminContract(name, make);
  describeComponentsContract(name, make);
}
