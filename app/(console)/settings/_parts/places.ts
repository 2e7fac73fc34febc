import type { Crumb } from '@/lib/ui/patterns/page-header.tsx';

/** A page of settings: which sections of the schema stand on it. */
export interface SettingsPlace {
  readonly base: string;
  readonly title: string;
  readonly purpose: string;
  readonly sections: readonly string[];
  readonly crumbs: readonly Crumb[];
  /** Further pages of the place, between its settings and their history. */
  readonly tabs?: readonly { readonly href: string; readonly label: string }[];
}

export const messagingPlace: SettingsPlace = {
  base: '/messaging/settings',
  title: 'Messaging settings',
  purpose:
    'One-to-one messages, what happens to them while people are offline, the history each person can read, how people find each other, and what they publish.',
  sections: ['im', 'archive', 'push', 'search', 'calls', 'pubsub'],
  crumbs: [],
};
export const groupChatPlace: SettingsPlace = {
  base: '/messaging/group-chat',
  title: 'Group chat',
  purpose: 'Addresses of the chat server, who administers it, limits, and what new rooms are like.',
  sections: ['muc'],
  crumbs: [],
  tabs: [
    { href: '/messaging/group-chat/addresses', label: 'Addresses' },
    { href: '/messaging/group-chat/administrators', label: 'Administrators' },
  ],
};
export const presencePlace: SettingsPlace = {
  base: '/presence/settings',
  title: 'Presence settings',
  purpose: 'Who sees whose availability, and how large contact lists may be.',
  sections: ['presence'],
  crumbs: [],
};
export const filesPlace: SettingsPlace = {
  base: '/messaging/files/settings',
  title: 'File settings',
  purpose: 'Uploads that people share, how long they are kept, and transfers from client to client.',
  sections: ['files'],
  crumbs: [{ label: 'Files', href: '/messaging/files' }],
};
export const callManagerPlace: SettingsPlace = {
  base: '/callmanager/settings',
  title: 'Call manager settings',
  purpose: 'When the call manager is asked, how, and what happens to users that it no longer knows.',
  sections: ['callManager'],
  crumbs: [{ label: 'Call manager', href: '/callmanager' }],
};
