'use server';
import { consoleAction } from '@/app/_shared/console-action.ts';
import { createCsrInput, replaceInput, uploadCertificateInput } from '@/lib/admin/certificates/inputs.ts';
import { admin } from '@/lib/admin/for-pages.ts';

export const createRequest = consoleAction(createCsrInput, (input, viewer) => admin().certificates.createCsr(viewer, input));
export const checkCertificate = consoleAction(uploadCertificateInput, (input, viewer) => admin().certificates.check(viewer, input));
export const uploadCertificate = consoleAction(uploadCertificateInput, (input, viewer) => admin().certificates.upload(viewer, input));
export const revertCertificate = consoleAction(replaceInput, (input, viewer) => admin().certificates.revert(viewer, input));
export const regenerateCertificate = consoleAction(replaceInput, (input, viewer) => admin().certificates.regenerate(viewer, input));
