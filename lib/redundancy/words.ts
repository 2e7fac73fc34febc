import type { HaReason, HaState } from './ports.ts';

/** States and reasons as the original's pages and command line spell them. */
export const stateNames: Readonly<Record<HaState, string>> = {
  initializing: 'Initializing',
  normal: 'Normal',
  idle: 'Idle',
  'running-in-backup-mode': 'Running in Backup Mode',
  'taking-over': 'Taking Over',
  'failing-over': 'Failing Over',
  'failed-over': 'Failed Over',
  'failed-over-critical': 'Failed Over with Critical Services Not Running',
  'falling-back': 'Falling Back',
  'taking-back': 'Taking Back',
  'running-in-failed-mode': 'Running in Failed Mode',
};

export const reasonNames: Readonly<Record<HaReason, string>> = {
  normal: 'Normal',
  'on-admin-request': 'On Admin Request',
  initialization: 'Initialization',
  'automatic-fallback': 'Automatic Fallback',
  'critical-service-down': 'Critical Service Down',
  'database-failure': 'Database Failure',
  'peer-down': 'Peer Down',
  'peer-reboot': 'Peer Reboot',
  'peer-down-during-initialization': 'Peer Down During Initialization',
  'start-of-critical-services-failed': 'Start of Critical Services Failed',
  'take-over-users-failed': 'Server Recovery Manager Take Over Users Failed',
  'take-back-users-failed': 'Server Recovery Manager Take Back Users Failed',
  'auto-recovery-database-failure': 'Auto Recovery Database Failure',
  'auto-recovery-critical-service-down': 'Auto Recovery Critical Service Down',
  unknown: 'Unknown',
};

export function durationInWords(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds} second${seconds === 1 ? '' : 's'}`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} minutes` : `${Math.round(minutes / 60)} hours`;
}
