import { defineFaults } from '../kernel/faults.ts';

export const domainFaults = defineFaults('domains', {
  invalid: { kind: 'invalid', message: '"{domain}" cannot be an IM domain: {why}' },
  exists: { kind: 'conflict', message: 'The domain {domain} exists already.' },
  missing: { kind: 'missing', message: 'There is no domain {domain}.' },
  inUse: {
    kind: 'refused',
    message:
      'The domain {domain} is in use by {users} user(s), so it is system-managed and cannot be changed or deleted. Move or delete those users first.',
  },
  isDefault: {
    kind: 'refused',
    message: 'The domain {domain} is the default IM domain and cannot be changed or deleted. Make another domain the default first.',
  },
});
