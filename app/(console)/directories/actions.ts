'use server';
import { consoleAction } from '@/app/_shared/console-action.ts';
import {
  addAgreementInput,
  addDirectoryInput,
  deleteAgreementInput,
  deleteDirectoryInput,
  syncAgreementInput,
  testDirectoryInput,
  updateAgreementInput,
  updateDirectoryInput,
} from '@/lib/admin/directories/inputs.ts';
import { admin } from '@/lib/admin/for-pages.ts';

export const addDirectory = consoleAction(addDirectoryInput, (input, viewer) => admin().directories.add(viewer, input));
export const updateDirectory = consoleAction(updateDirectoryInput, (input, viewer) => admin().directories.update(viewer, input));
export const deleteDirectory = consoleAction(deleteDirectoryInput, (input, viewer) => admin().directories.delete(viewer, input));
export const testDirectory = consoleAction(testDirectoryInput, (input, viewer) => admin().directories.test(viewer, input));
export const addAgreement = consoleAction(addAgreementInput, (input, viewer) => admin().directories.addAgreement(viewer, input));
export const updateAgreement = consoleAction(updateAgreementInput, (input, viewer) => admin().directories.updateAgreement(viewer, input));
export const deleteAgreement = consoleAction(deleteAgreementInput, (input, viewer) => admin().directories.deleteAgreement(viewer, input));
export const syncAgreement = consoleAction(syncAgreementInput, (input, viewer) => admin().directories.sync(viewer, input));
