/** What a colour means. Always shown together with a shape and a word. */
export type Tone = 'ok' | 'info' | 'notice' | 'warn' | 'fault' | 'idle';

export const toneText: Readonly<Record<Tone, string>> = {
  ok: 'text-ok',
  info: 'text-info',
  notice: 'text-notice',
  warn: 'text-warn',
  fault: 'text-fault',
  idle: 'text-idle',
};
export const toneTint: Readonly<Record<Tone, string>> = {
  ok: 'bg-ok-tint text-ok',
  info: 'bg-info-tint text-info',
  notice: 'bg-notice-tint text-notice',
  warn: 'bg-warn-tint text-warn',
  fault: 'bg-fault-tint text-fault',
  idle: 'bg-idle-tint text-idle',
};
/** For charts, which want a value and not a class. */
export const toneValue: Readonly<Record<Tone, string>> = {
  ok: 'var(--ok)',
  info: 'var(--info)',
  notice: 'var(--notice)',
  warn: 'var(--warn)',
  fault: 'var(--fault)',
  idle: 'var(--idle)',
};
