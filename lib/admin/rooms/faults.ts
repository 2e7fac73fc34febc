import { defineFaults } from '../../kernel/faults.ts';

export const roomFaults = defineFaults('rooms', {
  missing: { kind: 'missing', message: 'There is no room {room}.' },
  badAddress: { kind: 'invalid', message: '{room} is no address of a room. It looks like name@{service}.' },
  noService: {
    kind: 'invalid',
    message: 'The chat server has no address: set its label or an alias in the settings of group chat first.',
  },
  foreignService: { kind: 'invalid', message: '{domain} is no address of the chat server. These are: {services}.' },
  badWho: { kind: 'invalid', message: '{who} is neither an address nor a domain.' },
  ownerIsDomain: { kind: 'invalid', message: 'An owner or administrator is a person: {who} is no address.' },
  nothingToChange: { kind: 'invalid', message: 'Name at least one field to change.' },
  noneChanged: { kind: 'refused', message: '{why}' },
  badAlternate: { kind: 'invalid', message: '{alternate} is no address of a room.' },
  sameAlternate: { kind: 'invalid', message: 'A room cannot take over from itself. Name another one, or none.' },
  moreThanExpected: {
    kind: 'conflict',
    message: 'This would destroy {count} rooms now, more than the {expected} you saw. Look at the preview again.',
  },
  notKept: { kind: 'missing', message: 'Nothing is kept of {room}: it vanishes with its last occupant.' },
});
