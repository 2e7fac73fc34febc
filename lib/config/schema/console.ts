import { defineSection } from '../setting.ts';

export const consoleSettings = defineSection({
  id: 'console',
  title: 'Console and sign-in',
  purpose: 'Administrators\' sessions, the banner before sign-in, and protection against guessing.',
  page: '/settings/console',
  settings: {
    clusterName: { kind: 'text', label: 'Cluster name', help: 'Shown at the top of every page.', default: 'StandAloneCluster', maxLength: 64, applies: 'now' },
    bannerText: { kind: 'text', label: 'Sign-in banner', help: 'Shown before and after sign-in. Empty: none.', default: '', maxLength: 4000, multiline: true, applies: 'now' },
    bannerAcknowledge: { kind: 'switch', label: 'Banner must be acknowledged', help: 'People tick a box before they can sign in.', default: false, applies: 'now' },
    idleMinutes: { kind: 'duration', label: 'End an idle console session after', help: 'Counted from the last request.', default: 1_800, min: 60, max: 86_400, unit: 's', applies: 'now' },
    absoluteHours: { kind: 'duration', label: 'End every console session after', help: 'Counted from sign-in.', default: 43_200, min: 300, max: 604_800, unit: 's', applies: 'new-sessions' },
    maxSessionsPerOperator: { kind: 'count', label: 'Console sessions per account', help: 'A further one ends the oldest.', default: 5, min: 1, max: 100, unit: 'sessions', applies: 'new-sessions' },
    lockAfterFailures: { kind: 'count', label: 'Lock after failed console sign-ins', help: 'Per account and address, within 15 minutes.', default: 5, min: 3, max: 100, unit: 'failures', applies: 'now' },
    lockMinutes: { kind: 'duration', label: 'Lock for', help: 'Locks can be lifted under Security.', default: 900, min: 60, max: 86_400, unit: 's', applies: 'now' },
    auditRetention: { kind: 'duration', label: 'Keep the audit log for', help: 'Older records are deleted.', default: 31_536_000, min: 2_592_000, max: 3_153_600_000, unit: 's', applies: 'now' },
  },
});
