import type { RoomRow } from '@/lib/admin/rooms/outputs.ts';
import { Badge } from '@/lib/ui/primitives/badge.tsx';
import { StatusBadge } from '@/lib/ui/primitives/status.tsx';

/** What kind of room it is, in a few words. */
export const RoomBadges = ({ room, locked }: { room: RoomRow; locked: boolean }) => (
  <span className="flex flex-wrap gap-1">
    <Badge>{room.persistent ? 'Persistent' : 'Ad hoc'}</Badge>
    <Badge>{room.public ? 'Public' : 'Hidden'}</Badge>
    {room.membersOnly ? <Badge>Members only</Badge> : null}
    {room.hasPassword ? <Badge>Password</Badge> : null}
    {locked ? <StatusBadge status="changing" word="Not configured yet" tone="notice" /> : null}
  </span>
);
