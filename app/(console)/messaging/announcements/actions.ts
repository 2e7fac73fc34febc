'use server';
import { consoleAction } from '@/app/_shared/console-action.ts';
import {
  deleteNoticeInput,
  sendAnnouncementInput,
  sendEveryoneInput,
  setMotdInput,
  setWelcomeInput,
} from '@/lib/admin/announcements/inputs.ts';
import { admin } from '@/lib/admin/for-pages.ts';

export const sendAnnouncement = consoleAction(sendAnnouncementInput, (input, viewer) => admin().announcements.send(viewer, input));
export const sendEveryone = consoleAction(sendEveryoneInput, (input, viewer) => admin().announcements.sendEveryone(viewer, input));
export const setMotd = consoleAction(setMotdInput, (input, viewer) => admin().announcements.setMotd(viewer, input));
export const deleteMotd = consoleAction(deleteNoticeInput, (input, viewer) => admin().announcements.deleteMotd(viewer, input));
export const setWelcome = consoleAction(setWelcomeInput, (input, viewer) => admin().announcements.setWelcome(viewer, input));
export const deleteWelcome = consoleAction(deleteNoticeInput, (input, viewer) => admin().announcements.deleteWelcome(viewer, input));
