import { defineFaults, type Fault } from '../kernel/faults.ts';

/** What can go wrong between here and the call manager, in words that say what to do. */
export const callManagerFaults = defineFaults('callManager', {
  none: { kind: 'missing', message: 'No call manager is configured. Enter its address first.' },
  disabled: { kind: 'conflict', message: 'Synchronisation with the call manager is turned off. Turn it on first.' },
  running: { kind: 'conflict', message: 'A synchronisation runs already, since {since}.' },
  waits: {
    kind: 'conflict',
    message: 'The run of {since} waits for your decision: apply what it found, or discard it.',
  },
  stopped: { kind: 'conflict', message: 'The Sync Agent is stopped. Start it under Services.' },
  noRun: { kind: 'missing', message: 'There is no run {id}.' },
  notWaiting: { kind: 'conflict', message: 'The run {id} does not wait for a decision: it is {state}.' },
  notRunning: { kind: 'conflict', message: 'No synchronisation runs now.' },
  noUser: { kind: 'missing', message: 'The call manager has told of no user {user}.' },
  badCertificate: { kind: 'invalid', message: 'The authority certificates cannot be read: {why}' },
  noPassword: { kind: 'invalid', message: 'Enter the password of the AXL user.' },
  sealBroken: {
    kind: 'conflict',
    message: 'The stored password cannot be read with the key in the data folder. Enter it again.',
  },
  unreachable: { kind: 'down', message: 'The call manager {host} cannot be reached: {why}. Check address, port and firewall.' },
  certificate: {
    kind: 'refused',
    message:
      'The certificate of {host} is not trusted: {why}. Upload the certificate of the authority that signed it, or check the address.',
  },
  forbiddenAddress: {
    kind: 'refused',
    message: 'The address {host} leads to {address}, where no call manager may be: {why}.',
  },
  slow: { kind: 'down', message: 'The call manager has not answered within {seconds} seconds.' },
  credentials: { kind: 'refused', message: 'The call manager refuses the user name or password of the AXL user (401).' },
  role: {
    kind: 'refused',
    message: 'The AXL user may not do this (403). It needs a group with the role "Standard AXL API Access".',
  },
  wrongPlace: {
    kind: 'refused',
    message:
      'What answers at {host} is no AXL service (HTTP {status}). Check address and port, and that the Cisco AXL Web Service is activated.',
  },
  version: {
    kind: 'refused',
    message: 'The call manager speaks none of the AXL versions tried ({tried}). Set the version that it speaks.',
  },
  busy: { kind: 'busy', message: 'The call manager is throttling: {why}. It was asked {tries} times.' },
  tooLarge: {
    kind: 'busy',
    message: 'The call manager refuses an answer of that size: {why}',
  },
  tooManyBytes: {
    kind: 'refused',
    message: 'The answer has more than {bytes} bytes, the most that is taken. Ask for fewer rows at a time.',
  },
  malformed: { kind: 'refused', message: 'The answer of the call manager cannot be read: {why}' },
  queueGone: { kind: 'conflict', message: 'The call manager has started its list of changes anew, so everything must be read again.' },
  refused: { kind: 'refused', message: 'The call manager refuses {operation}: {why} (code {code}).' },
  cancelled: { kind: 'conflict', message: 'Cancelled.' },
});

export const isFault = (fault: Fault, name: keyof typeof callManagerFaults): boolean => fault.code === `callManager.${name}`;
