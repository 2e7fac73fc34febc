import {
  Activity,
  AtSign,
  BookUser,
  Braces,
  Gauge,
  Globe,
  ListChecks,
  MessageSquare,
  MonitorSmartphone,
  PhoneCall,
  ScrollText,
  Server,
  Settings,
  ShieldCheck,
  Users,
} from 'lucide-react';
import type { Permission } from '@/lib/admin/shared/viewer.ts';
import type { RailItem } from '@/lib/ui/patterns/shell/rail.tsx';

export interface Area extends RailItem {
  /** Who sees it in the rail; the pages ask again. */
  readonly may: Permission;
  /** `g` and this letter lead there. */
  readonly key: string;
  readonly children?: readonly { readonly label: string; readonly href: string; readonly may: Permission }[];
}

const icon = (Icon: typeof Users) => <Icon aria-hidden="true" />;

/** The places of the console, in the operator's words. Only what exists stands here. */
export const areas: readonly Area[] = [
  { label: 'Overview', href: '/overview', key: 'o', may: 'overview.read', icon: icon(Gauge) },
  { label: 'Users', href: '/users', key: 'u', may: 'users.read', icon: icon(Users) },
  { label: 'Directories', href: '/directories', key: 'c', may: 'directories.read', icon: icon(BookUser) },
  { label: 'Sessions', href: '/sessions', key: 's', may: 'sessions.read', icon: icon(MonitorSmartphone) },
  {
    label: 'Messaging',
    href: '/messaging/rooms',
    key: 'm',
    may: 'rooms.read',
    icon: icon(MessageSquare),
    children: [
      { label: 'Rooms', href: '/messaging/rooms', may: 'rooms.read' },
      { label: 'Group chat', href: '/messaging/group-chat', may: 'settings.read' },
      { label: 'Settings', href: '/messaging/settings', may: 'settings.read' },
      { label: 'Published nodes', href: '/messaging/pubsub', may: 'pubsub.read' },
      { label: 'Files', href: '/messaging/files', may: 'files.read' },
      { label: 'External components', href: '/messaging/components', may: 'components.read' },
      { label: 'Announcements', href: '/messaging/announcements', may: 'announcements.read' },
      { label: 'Reports', href: '/messaging/reports', may: 'reports.read' },
    ],
  },
  {
    label: 'Presence',
    href: '/presence/settings',
    key: 'p',
    may: 'settings.read',
    icon: icon(AtSign),
    children: [{ label: 'Settings', href: '/presence/settings', may: 'settings.read' }],
  },
  {
    label: 'Call manager',
    href: '/callmanager',
    key: 'c',
    may: 'callManager.read',
    icon: icon(PhoneCall),
    children: [
      { label: 'Status', href: '/callmanager', may: 'callManager.read' },
      { label: 'Users', href: '/callmanager/users', may: 'callManager.read' },
      { label: 'Runs', href: '/callmanager/runs', may: 'callManager.read' },
      { label: 'Publisher', href: '/callmanager/publisher', may: 'callManager.read' },
      { label: 'Settings', href: '/callmanager/settings', may: 'settings.read' },
    ],
  },
  { label: 'Domains', href: '/domains', key: 'd', may: 'domains.read', icon: icon(Globe) },
  {
    label: 'Nodes',
    href: '/topology',
    key: 'n',
    may: 'cluster.read',
    icon: icon(Server),
    children: [
      { label: 'Topology', href: '/topology', may: 'cluster.read' },
      { label: 'Redundancy groups', href: '/redundancy-groups', may: 'redundancy.read' },
      { label: 'User assignment', href: '/assignment', may: 'assignment.read' },
      { label: 'Data monitor', href: '/data-monitor', may: 'services.read' },
    ],
  },
  { label: 'Services', href: '/services', key: 'v', may: 'services.read', icon: icon(Activity) },
  {
    label: 'Security',
    href: '/security/administrators',
    key: 'y',
    may: 'certificates.read',
    icon: icon(ShieldCheck),
    children: [
      { label: 'Administrators', href: '/security/administrators', may: 'operators.read' },
      { label: 'Roles', href: '/security/roles', may: 'operators.read' },
      { label: 'Certificates', href: '/security/certificates', may: 'certificates.read' },
      { label: 'API tokens', href: '/security/tokens', may: 'tokens.read' },
      { label: 'Locks', href: '/security/locks', may: 'locks.read' },
    ],
  },
  { label: 'Jobs', href: '/jobs', key: 'j', may: 'jobs.read', icon: icon(ListChecks) },
  { label: 'Audit', href: '/audit', key: 'a', may: 'audit.read', icon: icon(ScrollText) },
  { label: 'Settings', href: '/settings', key: 't', may: 'settings.read', icon: icon(Settings) },
  { label: 'Reference', href: '/reference', key: 'r', may: 'self.read', icon: icon(Braces) },
];

/** What this role can open. An area leads to the first of its pages that the role covers. */
export function areasFor(permissions: readonly Permission[]): readonly Area[] {
  return areas.flatMap((area) => {
    const children = area.children?.filter((child) => permissions.includes(child.may));
    if (area.children && !children?.length) return [];
    if (!area.children && !permissions.includes(area.may)) return [];
    return [children?.[0] ? { ...area, href: children[0].href, children } : area];
  });
}
