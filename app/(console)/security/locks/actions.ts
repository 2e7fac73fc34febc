'use server';
import { consoleAction } from '@/app/_shared/console-action.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { liftLockInput } from '@/lib/admin/security/inputs.ts';

export const liftLock = consoleAction(liftLockInput, (input, viewer) => admin().locks.lift(viewer, input));
