import type { RunView } from '@/lib/admin/callmanager/outputs.ts';

export const stateLooks = {
  reading: { status: 'changing', word: 'Reading' },
  waiting: { status: 'degraded', word: 'Waits for you' },
  applying: { status: 'changing', word: 'Applying' },
  done: { status: 'running', word: 'Done' },
  failed: { status: 'down', word: 'Failed' },
  discarded: { status: 'off', word: 'Discarded' },
  cancelled: { status: 'off', word: 'Cancelled' },
} as const;
export const kindWords = { full: 'Everything', changes: 'Changes' } as const;
export const triggerWords = {
  schedule: 'By schedule',
  administrator: 'By hand',
  preview: 'Preview',
  first: 'First run',
} as const satisfies Record<RunView['trigger'], string>;
export const actionWords: Readonly<Record<string, string>> = {
  create: 'New',
  adopt: 'Taken over',
  update: 'Changed',
  enable: 'Enabled',
  disable: 'Disabled',
  gone: 'Gone',
  note: 'Without IM and presence',
};
export const problemWords: Readonly<Record<string, string>> = {
  'duplicate-user-id': 'Duplicate user ID',
  'invalid-user-id': 'Invalid user ID',
  'duplicate-uri': 'Duplicate directory URI',
  'invalid-uri': 'Invalid directory URI',
  taken: 'User ID taken here',
  equipment: 'Devices and lines',
};
