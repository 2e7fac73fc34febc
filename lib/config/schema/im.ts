import { defineSection } from '../setting.ts';

export const imSettings = defineSection({
  id: 'im',
  title: 'Instant messaging',
  purpose: 'One-to-one messages: on or off, devices, offline messages.',
  page: '/messaging/settings',
  settings: {
    enabled: { kind: 'switch', label: 'Enable instant messaging', help: 'Off: nobody can send messages on this cluster; availability still works.', default: true, applies: 'now', warnings: { off: 'No one can send or receive messages until it is on again.' } },
    offlineMessages: { kind: 'switch', label: 'Keep messages for people who are offline', help: 'Off: the sender is told at once that the message was not delivered.', default: true, applies: 'now', warnings: { off: 'Messages to people who are offline are refused. Messages already kept stay and are delivered.' } },
    offlineMax: { kind: 'count', label: 'Offline messages per person', help: 'A further message is refused to its sender, nothing is overwritten.', default: 500, min: 1, max: 100_000, unit: 'messages', applies: 'now' },
    offlineMaxPerSender: { kind: 'count', label: 'Offline messages per person and sender', help: 'Keeps one sender from filling the store.', default: 100, min: 1, max: 100_000, unit: 'messages', applies: 'now' },
    offlineDays: { kind: 'duration', label: 'Keep offline messages for', help: 'Older ones are deleted.', default: 2_592_000, min: 3_600, max: 315_360_000, unit: 's', applies: 'now' },
    forking: { kind: 'switch', label: 'Send to all devices until one answers', help: 'A message goes to each signed-in device of a person; once one device answers, only to that one until its presence changes. Off: to the device with the highest priority.', default: true, applies: 'now' },
    replyLocks: { kind: 'switch', label: 'Follow the device that answered', help: 'Off: every message keeps going to all devices.', default: true, applies: 'now' },
    lockTimeout: { kind: 'duration', label: 'Stop following after silence of', help: 'The next message then goes to all devices again.', default: 600, min: 10, max: 86_400, unit: 's', applies: 'now' },
  },
});
