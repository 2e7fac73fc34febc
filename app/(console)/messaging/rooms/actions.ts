'use server';
import { consoleAction } from '@/app/_shared/console-action.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import {
  configureRoomInput,
  createRoomInput,
  destroyManyInput,
  destroyRoomInput,
  kickInput,
  previewDestroyInput,
  setAffiliationInput,
  setSubjectInput,
} from '@/lib/admin/rooms/inputs.ts';

export const createRoom = consoleAction(createRoomInput, (input, viewer) => admin().rooms.create(viewer, input));
export const configureRoom = consoleAction(configureRoomInput, (input, viewer) => admin().rooms.configure(viewer, input));
export const setAffiliation = consoleAction(setAffiliationInput, (input, viewer) => admin().rooms.setAffiliation(viewer, input));
export const kickOccupant = consoleAction(kickInput, (input, viewer) => admin().rooms.kick(viewer, input));
export const setSubject = consoleAction(setSubjectInput, (input, viewer) => admin().rooms.setSubject(viewer, input));
export const destroyRoom = consoleAction(destroyRoomInput, (input, viewer) => admin().rooms.destroy(viewer, input));
export const previewDestroy = consoleAction(previewDestroyInput, (input, viewer) => admin().rooms.previewDestroy(viewer, input));
export const destroyMany = consoleAction(destroyManyInput, (input, viewer) => admin().rooms.destroyMany(viewer, input));
