import { defineSection } from '../setting.ts';

export const presenceSettings = defineSection({
  id: 'presence',
  title: 'Availability',
  purpose: 'Who sees whose availability, and how many contacts a person may have.',
  page: '/presence/settings',
  settings: {
    enabled: { kind: 'switch', label: 'Enable availability sharing', help: 'Off: people see only their own status; messages still work.', default: true, applies: 'now', warnings: { off: 'Everyone appears offline to everyone else at once.', on: 'Everyone signed in is shown to their contacts at once.' } },
    autoAuthorize: { kind: 'switch', label: 'Allow users to view the availability of other users without being prompted for approval', help: 'On: a request from a local user is approved by the server unless the person has blocked them. Off: the person is asked.', default: true, applies: 'now' },
    maxContacts: { kind: 'count', label: 'Maximum contact list size (per user)', help: 'At the limit a person can add no one. Longer lists that exist stay.', default: 200, min: 0, max: 100_000, unit: 'contacts', zero: 'no limit', applies: 'now', warnings: { lower: 'People over the new limit keep their contacts but cannot add more.' } },
    maxWatchers: { kind: 'count', label: 'Maximum watchers (per user)', help: 'How many people may see one person\'s availability. Those who see it now keep it.', default: 200, min: 0, max: 100_000, unit: 'watchers', zero: 'no limit', applies: 'now' },
    changesPerSecond: { kind: 'count', label: 'Presence changes a second per session', help: 'Reading from a client that changes faster pauses.', default: 2, min: 0, max: 100_000, unit: 'a second', zero: 'no limit', applies: 'now' },
    changesBurst: { kind: 'count', label: 'Burst of presence changes', help: 'How many may come at once.', default: 10, min: 1, max: 100_000, unit: 'changes', applies: 'now' },
  },
});
