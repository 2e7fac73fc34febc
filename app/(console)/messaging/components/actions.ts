'use server';
import { consoleAction } from '@/app/_shared/console-action.ts';
import {
  addComponentInput,
  deleteComponentsInput,
  disconnectComponentInput,
  renewComponentSecretInput,
  updateComponentInput,
} from '@/lib/admin/components/inputs.ts';
import { admin } from '@/lib/admin/for-pages.ts';

export const addComponent = consoleAction(addComponentInput, (input, viewer) => admin().components.add(viewer, input));
export const updateComponent = consoleAction(updateComponentInput, (input, viewer) => admin().components.update(viewer, input));
export const renewSecret = consoleAction(renewComponentSecretInput, (input, viewer) => admin().components.renewSecret(viewer, input));
export const deleteComponents = consoleAction(deleteComponentsInput, (input, viewer) => admin().components.delete(viewer, input));
export const disconnectComponent = consoleAction(disconnectComponentInput, (input, viewer) => admin().components.disconnect(viewer, input));
