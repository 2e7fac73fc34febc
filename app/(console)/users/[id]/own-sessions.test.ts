import { describe, expect, it } from 'vitest';
import type { SessionRow } from '@/lib/admin/users/outputs.ts';
import { speakingSession } from './own-sessions.ts';

const session = (id: string, show: SessionRow['show'], priority: number) => ({ id, show, priority }) as SessionRow;

describe('the session that speaks for a person (RFC 6121 §4.7.2.3)', () => {
  it('is the one with the highest priority', () => {
    expect(speakingSession([session('a', 'away', 1), session('b', 'dnd', 5), session('c', 'available', 0)])?.id).toBe('b');
  });
  it('is none that has not sent its presence', () => {
    expect(speakingSession([session('a', '', 9), session('b', 'away', -1)])?.id).toBe('b');
    expect(speakingSession([session('a', '', 9)])).toBeNull();
  });
});
