import { z } from 'zod';

const subject = z.string().trim().max(200).default('').describe('Subject, shown by clients that know one');
const body = z.string().trim().min(1, 'Enter a text.').max(10_000).describe('The text');

export const getAnnouncementsInput = z.strictObject({});
export const sendAnnouncementInput = z.strictObject({
  subject,
  body,
  domain: z.string().trim().max(255).optional().describe('Only people of this IM domain'),
});
export const sendEveryoneInput = sendAnnouncementInput;
export const setMotdInput = z.strictObject({
  subject,
  body,
  tell: z.boolean().default(true).describe('Tell it at once to those who are signed in'),
});
export const setWelcomeInput = z.strictObject({ subject, body });
export const deleteNoticeInput = z.strictObject({});
