'use server';
import { consoleAction } from '@/app/_shared/console-action.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { createTokenInput, revokeTokenInput } from '@/lib/admin/tokens/inputs.ts';

export const createToken = consoleAction(createTokenInput, (input, viewer) => admin().tokens.create(viewer, input));
export const revokeToken = consoleAction(revokeTokenInput, (input, viewer) => admin().tokens.revoke(viewer, input));
