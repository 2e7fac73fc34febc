import { endConsoleSessions, listConsoleSessions } from './console-sessions.ts';
import { findLocks, liftLock, recentSignIns } from './locks.ts';
import {
  changePassword,
  createOperator,
  deleteOperator,
  getOperator,
  listOperators,
  setOperatorPassword,
  updateOperator,
} from './operators.ts';
import {
  disableSecondFactor,
  enableSecondFactor,
  getSecondFactor,
  proposeSecondFactor,
  renewRecoveryCodes,
  resetSecondFactor,
} from './second-factor.ts';

/** The use cases of these areas; the key is the verb in their id. */
export const operators = {
  list: listOperators,
  get: getOperator,
  create: createOperator,
  update: updateOperator,
  delete: deleteOperator,
  setPassword: setOperatorPassword,
  resetSecondFactor,
} as const;
export const self = {
  changePassword,
  getSecondFactor,
  proposeSecondFactor,
  enableSecondFactor,
  disableSecondFactor,
  renewRecoveryCodes,
} as const;
export const locks = { find: findLocks, lift: liftLock, signIns: recentSignIns } as const;
export const consoleSessions = { list: listConsoleSessions, end: endConsoleSessions } as const;
