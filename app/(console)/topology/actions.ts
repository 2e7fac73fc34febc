'use server';
import { consoleAction } from '@/app/_shared/console-action.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { nodeInput } from '@/lib/admin/topology/inputs.ts';

export const removeNode = consoleAction(nodeInput, (input, viewer) => admin().topology.remove(viewer, input));
export const promoteNode = consoleAction(nodeInput, (input, viewer) => admin().topology.promote(viewer, input));
