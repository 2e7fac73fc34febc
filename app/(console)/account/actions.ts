'use server';
import { consoleAction } from '@/app/_shared/console-action.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import {
  changePasswordInput,
  disableSecondFactorInput,
  enableSecondFactorInput,
  endConsoleSessionsInput,
  proposeSecondFactorInput,
  renewRecoveryCodesInput,
} from '@/lib/admin/security/inputs.ts';

export const changePassword = consoleAction(changePasswordInput, (input, viewer) => admin().self.changePassword(viewer, input));
export const endConsoleSessions = consoleAction(endConsoleSessionsInput, (input, viewer) => admin().consoleSessions.end(viewer, input));
export const proposeSecondFactor = consoleAction(proposeSecondFactorInput, (input, viewer) =>
  admin().self.proposeSecondFactor(viewer, input),
);
export const enableSecondFactor = consoleAction(enableSecondFactorInput, (input, viewer) => admin().self.enableSecondFactor(viewer, input));
export const disableSecondFactor = consoleAction(disableSecondFactorInput, (input, viewer) =>
  admin().self.disableSecondFactor(viewer, input),
);
export const renewRecoveryCodes = consoleAction(renewRecoveryCodesInput, (input, viewer) => admin().self.renewRecoveryCodes(viewer, input));
