import { defineSection } from '../setting.ts';

export const directoriesSettings = defineSection({
  id: 'directories',
  title: 'Directories',
  purpose: 'How people whose passwords a directory (LDAP) keeps sign in, and how long runs of synchronisations are looked up.',
  page: '/settings/directories',
  settings: {
    mechanisms: {
      kind: 'choice',
      label: 'Sign-in offered to clients',
      help: 'A directory is asked with the password itself, so its people need PLAIN, which is offered under TLS only. SCRAM needs a password kept here.',
      default: 'automatic',
      options: [
        { value: 'automatic', label: 'What suits the IM domain', help: 'SCRAM where somebody has a password here, PLAIN everywhere.' },
        { value: 'both', label: 'SCRAM and PLAIN', help: 'People of directories need clients that go on to PLAIN when SCRAM fails.' },
        { value: 'plain', label: 'PLAIN alone', help: 'Every client can sign in; passwords kept here cross the encrypted stream too.' },
      ],
      applies: 'new-sessions',
      keywords: ['ldap', 'active directory', 'sasl'],
    },
    keepRuns: {
      kind: 'count',
      label: 'Keep runs for',
      help: 'What each synchronisation changed can be looked up for so long. Changes of users stay in the audit log.',
      default: 90,
      min: 1,
      max: 3_650,
      unit: 'days',
      applies: 'now',
    },
  },
});
