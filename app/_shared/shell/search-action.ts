'use server';
import { headers } from 'next/headers';
import { admin } from '@/lib/admin/for-pages.ts';
import type { CommandItem } from '@/lib/ui/patterns/command-bar.tsx';
import { settingFieldId } from '@/lib/ui/patterns/settings-form/field-id.ts';
import { factsOf, isOwnOrigin } from '../request-facts.ts';
import { currentViewer, may } from '../viewer.ts';

/** What the search of the top bar finds on the server: users by id, name or address, rooms by address or title, settings by name, label or help. Changes nothing. */
export async function searchConsole(text: string): Promise<readonly CommandItem[]> {
  if (typeof text !== 'string' || text.length > 200 || !isOwnOrigin(factsOf(await headers()))) return [];
  const viewer = await currentViewer();
  if (!viewer) return [];
  const [users, rooms, settings] = await Promise.all([
    may(viewer, 'users.read') ? admin().users.find(viewer, { search: text, limit: 8 }) : null,
    may(viewer, 'rooms.read') ? admin().rooms.find(viewer, { search: text, limit: 8 }) : null,
    may(viewer, 'settings.read') ? admin().settings.search(viewer, { query: text }) : null,
  ]);
  return [
    ...(users?.ok
      ? users.value.items.map((user) => ({
          id: `user-${user.id}`,
          label: user.name ? `${user.name} (${user.userId})` : user.userId,
          note: user.address,
          group: 'Users',
          href: `/users/${user.id}`,
        }))
      : []),
    ...(rooms?.ok
      ? rooms.value.items.map((room) => ({
          id: `room-${room.address}`,
          label: room.title || room.address,
          note: room.title ? room.address : '',
          group: 'Rooms',
          href: `/messaging/rooms/${encodeURIComponent(room.address)}`,
        }))
      : []),
    ...(settings?.ok
      ? settings.value.items.slice(0, 8).map((found) => ({
          id: `setting-${found.key}`,
          label: found.label,
          note: `${found.sectionTitle}: ${found.valueText}`,
          group: 'Settings',
          href: `${found.page}#${settingFieldId(found.key)}`,
          keywords: [found.key],
        }))
      : []),
  ];
}
