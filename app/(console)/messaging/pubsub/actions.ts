'use server';
import { consoleAction } from '@/app/_shared/console-action.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { nodeInput } from '@/lib/admin/pubsub/inputs.ts';

export const deleteNode = consoleAction(nodeInput, (input, viewer) => admin().pubsub.delete(viewer, input));
export const purgeNode = consoleAction(nodeInput, (input, viewer) => admin().pubsub.purge(viewer, input));
