/** Kinds of files in words. */
const purposes = { message: 'In a message', profile: 'Profile', ephemeral: 'Short-lived', permanent: 'Permanent' } as const;
export const purposeWords = (purpose: keyof typeof purposes): string => purposes[purpose];

export const typeWords = (type: string): string => (type === '' ? 'Not told' : type);
