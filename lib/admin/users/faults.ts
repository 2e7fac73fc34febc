import { defineFaults } from '../../kernel/faults.ts';

export const userFaults = defineFaults('users', {
  missing: { kind: 'missing', message: 'There is no user {user}.' },
  userIdTaken: { kind: 'conflict', message: 'The user ID {userId} is taken.' },
  addressTaken: { kind: 'conflict', message: 'The address {address} belongs to somebody else.' },
  changedMeanwhile: { kind: 'conflict', message: 'Somebody changed {user} meanwhile. Look at the new values and save again.' },
  nothingToChange: { kind: 'invalid', message: 'Name at least one field to change.' },
  noneNamed: { kind: 'missing', message: 'None of the users named exists.' },
  noTarget: { kind: 'invalid', message: 'Name users, a filter, or all.' },
  moreThanExpected: {
    kind: 'conflict',
    message: 'This would change {count} users now, more than the {expected} you saw. Look at the preview again.',
  },
  badFile: { kind: 'invalid', message: '{reason}' },
  adminNeedsSettings: {
    kind: 'refused',
    message: 'Making an account an XMPP administrator changes a setting and needs the permission "settings.write".',
  },
  noSuchClient: { kind: 'missing', message: '{user} has no such client with a sign-in token.' },
  managedElsewhere: { kind: 'refused', message: '{user} comes from the {source}. Change it there.' },
});
