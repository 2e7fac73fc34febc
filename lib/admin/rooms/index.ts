import { configureRoom, createRoom, destroyRoom, kick, setAffiliation, setSubject } from './change-room.ts';
import { destroyMany, previewDestroy } from './destroy-rooms.ts';
import { findRooms } from './find-rooms.ts';
import { roomAdministrators, roomServices, roomsOfUser } from './rooms-of-user.ts';
import { findMembers, findOccupants, getRoom } from './show-room.ts';
import { exportTranscript, transcript } from './transcript.ts';

/** The use cases of this area; the key is the verb in their id. */
export const rooms = {
  find: findRooms,
  get: getRoom,
  occupants: findOccupants,
  members: findMembers,
  create: createRoom,
  configure: configureRoom,
  setAffiliation,
  kick,
  setSubject,
  destroy: destroyRoom,
  previewDestroy,
  destroyMany,
  transcript,
  exportTranscript,
  ofUser: roomsOfUser,
  services: roomServices,
  administrators: roomAdministrators,
} as const;
