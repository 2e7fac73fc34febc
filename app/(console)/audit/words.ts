import { kindWords } from '../jobs/words.ts';

/** Actions in words. What is not here is shown by its code, so that a new one is never hidden. */
const actions: Readonly<Record<string, string>> = {
  'announcement.send': 'Announced something',
  'announcement.send-everyone': 'Announced something to everyone',
  'audit.export': 'Exported audit records',
  'certificate.create-request': 'Made a certificate request',
  'certificate.regenerate': 'Made a new self-signed certificate',
  'certificate.revert': 'Went back to the previous certificate',
  'certificate.upload': 'Uploaded a certificate',
  'component.add': 'Added an external component',
  'component.delete': 'Removed external components',
  'component.disconnect': 'Disconnected an external component',
  'component.renew-secret': 'Made a new secret for an external component',
  'component.update': 'Changed an external component',
  'console.sign-in': 'Signed in to the console',
  'console.sign-out': 'Signed out of the console',
  'console-session.end': 'Ended console sessions',
  'domain.add': 'Added a domain',
  'domain.delete': 'Deleted domains',
  'domain.set-default': 'Set the default domain',
  'domain.update': 'Renamed a domain',
  'file.delete': 'Deleted files',
  'job.cancel': 'Cancelled a job',
  'job.retry': 'Retried a job',
  'lock.lift': 'Lifted a lock',
  'motd.delete': 'Deleted the message of the day',
  'motd.set': 'Set the message of the day',
  'operator.change-password': 'Changed the own console password',
  'operator.create': 'Added an administrator',
  'operator.delete': 'Deleted an administrator',
  'operator.set-password': 'Set the password of an administrator',
  'operator.update': 'Changed an administrator',
  'room.affiliate': 'Changed who belongs to a room',
  'room.configure': 'Configured a room',
  'room.create': 'Created a room',
  'room.destroy': 'Destroyed rooms',
  'room.destroy-many': 'Started the destruction of many rooms',
  'room.export-transcript': 'Exported the transcript of a room',
  'room.kick': 'Removed somebody from a room',
  'room.set-subject': 'Set the subject of a room',
  'room.transcript': 'Read the transcript of a room',
  'report.close': 'Closed a report',
  'service.restart': 'Restarted a service',
  'service.start': 'Started a service',
  'service.stop': 'Stopped a service',
  'session.end': 'Ended sessions',
  'settings.reset': 'Reset settings',
  'settings.save': 'Saved settings',
  'settings.undo': 'Undid a change of settings',
  'token.create': 'Made an API token',
  'token.revoke': 'Revoked an API token',
  'user.bulk': 'Started a change of many users',
  'user.create': 'Added a user',
  'user.delete': 'Deleted users',
  'user.disable': 'Disabled users',
  'user.enable': 'Enabled users',
  'user.export': 'Exported users',
  'user.generate': 'Generated test users',
  'user.import': 'Imported users',
  'user.set-domain': 'Moved users to another domain',
  'user.set-password': 'Set the password of a user',
  'user.update': 'Changed a user',
  'welcome.delete': 'Deleted the welcome message',
  'welcome.set': 'Set the welcome message',
};
export function actionWords(action: string): string {
  // A job tells its end by its kind.
  const kind = /^(.+)\.ended$/.exec(action)?.[1];
  return actions[action] ?? (kind === undefined ? action : `Job ended: ${kindWords(kind).toLowerCase()}`);
}
export const actionSuggestions: readonly { value: string; label: string }[] = Object.entries(actions).map(([value, label]) => ({
  value,
  label,
}));

const kinds: Readonly<Record<string, string>> = {
  person: 'Administrator',
  token: 'API token',
  'command-line': 'Command line',
  xmpp: 'From a chat client',
  system: 'The system',
};
export const actorKindWords = (kind: string): string => kinds[kind] ?? kind;

export const resultLooks = {
  done: { status: 'running', word: 'Done' },
  refused: { status: 'off', word: 'Refused' },
  failed: { status: 'down', word: 'Failed' },
} as const;

/** The page of what a record is about; null when it has none. */
export function targetHref(targetKey: string): string | null {
  const [, kind, id] = /^([a-z-]+):(.+)$/.exec(targetKey) ?? [];
  if (id === undefined) return null;
  switch (kind) {
    case 'user':
      return `/users/${encodeURIComponent(id)}`;
    case 'room':
      return `/messaging/rooms/${encodeURIComponent(id)}`;
    case 'job':
      return `/jobs/${encodeURIComponent(id)}`;
    case 'component':
      return '/messaging/components';
    case 'domain':
      return '/domains';
    case 'notice':
      return '/messaging/announcements';
    case 'report':
      return '/messaging/reports';
    case 'service':
      return '/services';
    case 'node':
      return '/topology';
    case 'certificate':
      return '/security/certificates';
    case 'token':
      return '/security/tokens';
    case 'operator':
      return '/security/administrators';
    default:
      return null;
  }
}
