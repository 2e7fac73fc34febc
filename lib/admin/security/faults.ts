import { defineFaults } from '../../kernel/faults.ts';

export const authFaults = defineFaults('auth', {
  /** One text for every reason: unknown, wrong, disabled, locked. Administrators see the reason in the sign-in log. */
  refused: {
    kind: 'refused',
    message: 'The user name or the password is not right, or there were too many attempts. Check both, wait a while, and try again.',
  },
  unavailable: {
    kind: 'down',
    message:
      'Nobody can sign in at the moment, because the server cannot look up accounts. Try again in a minute; the log of the server says why.',
  },
  directoryDown: {
    kind: 'down',
    message:
      'The user name or the password is not right, or it cannot be checked at the moment: the directory does not answer. Administrators whose password is kept here can sign in.',
  },
  secondFactorNeeded: { kind: 'refused', message: 'Enter the code that your authenticator app shows, or a recovery code.' },
  wrongCode: {
    kind: 'refused',
    message:
      'The code is not right, or it was used already. Wait for the next one; check that the clock of the device with the app is right.',
  },
  wrongPassword: { kind: 'refused', message: 'The present password is not right.' },
});

export const operatorFaults = defineFaults('operators', {
  missing: { kind: 'missing', message: 'There is no operator "{operator}".' },
  taken: { kind: 'conflict', message: 'There is an operator named "{username}" already.' },
  unknownRole: { kind: 'invalid', message: 'There is no role "{role}". The roles are listed under Security, Roles.' },
  mayDoMore: { kind: 'refused', message: '{username} may do more than you, so you cannot change this account. Ask an administrator.' },
  weakPassword: { kind: 'invalid', message: '{why}' },
  conflict: { kind: 'conflict', message: '{username} was changed by somebody else since this form was opened. Load it again.' },
  lastAdministrator: {
    kind: 'refused',
    message:
      '{username} is the last administrator who can sign in, so the role cannot be taken away, and the account can be neither disabled nor deleted. Make another administrator first.',
  },
  ofDirectory: {
    kind: 'refused',
    message: '{username} comes from a directory: password and role are changed there.',
  },
  samePassword: { kind: 'invalid', message: 'The new password is the present one.' },
  notYourself: { kind: 'refused', message: 'You cannot delete yourself. Ask another administrator.' },
  noSecondFactor: { kind: 'missing', message: '{username} has no second factor.' },
  secondFactorAsked: {
    kind: 'refused',
    message: 'The settings ask for a second factor, so it cannot be removed. A new device takes its place with Set up another device.',
  },
  onlyPeople: { kind: 'refused', message: 'This is for people who are signed in to the console; {name} is not one.' },
});

export const lockFaults = defineFaults('locks', {
  missing: { kind: 'missing', message: 'There is no such lock; it may have ended by itself.' },
});
export const consoleSessionFaults = defineFaults('consoleSessions', {
  missing: { kind: 'missing', message: 'None of these console sessions is open any more.' },
  notYours: { kind: 'refused', message: 'This session belongs to another operator. An administrator can end it.' },
});
