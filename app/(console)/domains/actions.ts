'use server';
import { consoleAction } from '@/app/_shared/console-action.ts';
import { addDomainInput, deleteDomainsInput, setDefaultDomainInput, updateDomainInput } from '@/lib/admin/domains/inputs.ts';
import { admin } from '@/lib/admin/for-pages.ts';

export const addDomain = consoleAction(addDomainInput, (input, viewer) => admin().domains.add(viewer, input));
export const renameDomain = consoleAction(updateDomainInput, (input, viewer) => admin().domains.update(viewer, input));
export const deleteDomains = consoleAction(deleteDomainsInput, (input, viewer) => admin().domains.delete(viewer, input));
export const setDefaultDomain = consoleAction(setDefaultDomainInput, (input, viewer) => admin().domains.setDefault(viewer, input));
