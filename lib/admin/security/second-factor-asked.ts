import type { ConsoleValues } from '../../config/schema/index.ts';
import type { Permission } from '../shared/viewer.ts';

/** Who holds one of these can make himself an administrator, whatever his role is called. */
const administers: readonly Permission[] = ['operators.write', 'roles.write', 'settings.write'];

/** Do the settings ask somebody with these permissions for a second factor? */
export const isSecondFactorAsked = (setting: ConsoleValues['secondFactor'], permissions: readonly Permission[]): boolean =>
  setting === 'everyone' || (setting === 'administrators' && administers.some((permission) => permissions.includes(permission)));
