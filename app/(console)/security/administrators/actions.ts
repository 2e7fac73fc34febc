'use server';
import { consoleAction } from '@/app/_shared/console-action.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import {
  createOperatorInput,
  deleteOperatorInput,
  endConsoleSessionsInput,
  resetSecondFactorInput,
  setOperatorPasswordInput,
  updateOperatorInput,
} from '@/lib/admin/security/inputs.ts';

export const createOperator = consoleAction(createOperatorInput, (input, viewer) => admin().operators.create(viewer, input));
export const updateOperator = consoleAction(updateOperatorInput, (input, viewer) => admin().operators.update(viewer, input));
export const deleteOperator = consoleAction(deleteOperatorInput, (input, viewer) => admin().operators.delete(viewer, input));
export const setOperatorPassword = consoleAction(setOperatorPasswordInput, (input, viewer) => admin().operators.setPassword(viewer, input));
export const endConsoleSessions = consoleAction(endConsoleSessionsInput, (input, viewer) => admin().consoleSessions.end(viewer, input));
export const resetSecondFactor = consoleAction(resetSecondFactorInput, (input, viewer) =>
  admin().operators.resetSecondFactor(viewer, input),
);
