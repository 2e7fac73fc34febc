import type { RoleName } from '../../security/ports.ts';

/** The roles that every installation has, in words. */
export const builtInRoles: Readonly<Record<RoleName, { readonly name: string; readonly description: string }>> = {
  administrator: { name: 'Administrator', description: 'May do everything, also make other administrators.' },
  operator: {
    name: 'Operator',
    description: 'Sees everything; sets passwords, ends sessions, controls services, lifts locks. Changes no settings and no users.',
  },
  'read-only': { name: 'Read only', description: 'Sees everything but administrators and API tokens; changes nothing.' },
};
