import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Role } from '../../fixtures/console.ts';
import { projectRoot } from '../../fixtures/start-server.ts';

/** Things that pages are about, made before the pages are visited. */
export interface Seen {
  readonly user: string;
  readonly job: string;
  readonly operator: string;
  /** The query that names a node somebody published to. */
  readonly node: string;
  readonly room: string;
  readonly directory: string;
  readonly agreement: string;
  readonly run: string;
}

export interface PageRow {
  /** The folder below app/(console), as Next names it. */
  readonly route: string;
  readonly path: (seen: Seen) => string;
  readonly roles: readonly Role[];
}

const everybody: readonly Role[] = ['administrator', 'operator', 'read-only'];
const notReaders: readonly Role[] = ['administrator', 'operator'];
const administrators: readonly Role[] = ['administrator'];

const row = (route: string, roles: readonly Role[], path: (seen: Seen) => string = () => route): PageRow => ({ route, path, roles });

/** Security reference §7: every page of the console and who may see it. A page that is not here fails the spec. */
export const pages: readonly PageRow[] = [
  row('/overview', everybody),
  row('/users', everybody),
  row('/users/new', administrators),
  row('/users/import', administrators),
  row('/users/[id]', everybody, ({ user }) => `/users/${user}`),
  row('/users/[id]/contacts', everybody, ({ user }) => `/users/${user}/contacts`),
  row('/users/[id]/rooms', everybody, ({ user }) => `/users/${user}/rooms`),
  row('/users/[id]/published', everybody, ({ user }) => `/users/${user}/published`),
  row('/users/[id]/audit', everybody, ({ user }) => `/users/${user}/audit`),
  row('/directories', everybody),
  row('/directories/new', administrators),
  row('/directories/[id]', everybody, ({ directory }) => `/directories/${directory}`),
  row('/directories/[id]/edit', administrators, ({ directory }) => `/directories/${directory}/edit`),
  row('/directories/agreements/[id]', everybody, ({ agreement }) => `/directories/agreements/${agreement}`),
  row('/directories/runs/[id]', everybody, ({ run }) => `/directories/runs/${run}`),
  row('/sessions', everybody),
  row('/messaging/rooms', everybody),
  row('/messaging/rooms/[room]', everybody, ({ room }) => `/messaging/rooms/${room}`),
  row('/messaging/rooms/[room]/members', everybody, ({ room }) => `/messaging/rooms/${room}/members`),
  row('/messaging/rooms/[room]/configuration', everybody, ({ room }) => `/messaging/rooms/${room}/configuration`),
  row('/messaging/rooms/[room]/transcript', administrators, ({ room }) => `/messaging/rooms/${room}/transcript`),
  row('/messaging/group-chat', everybody),
  row('/messaging/group-chat/addresses', everybody),
  row('/messaging/group-chat/administrators', everybody),
  row('/messaging/group-chat/history', everybody),
  row('/messaging/settings', everybody),
  row('/messaging/settings/history', everybody),
  row('/messaging/pubsub', everybody),
  row('/messaging/pubsub/node', everybody, ({ node }) => `/messaging/pubsub/node?${node}`),
  row('/messaging/files', everybody),
  row('/messaging/files/people', everybody),
  row('/messaging/files/log', everybody),
  row('/messaging/files/settings', everybody),
  row('/messaging/files/settings/history', everybody),
  row('/messaging/components', everybody),
  row('/messaging/announcements', everybody),
  row('/messaging/reports', everybody),
  row('/callmanager', everybody),
  row('/callmanager/users', everybody),
  row('/callmanager/users/[user]', everybody, () => '/callmanager/users/nobody'),
  row('/callmanager/runs', everybody),
  row('/callmanager/runs/[run]', everybody, () => '/callmanager/runs/none'),
  row('/callmanager/publisher', everybody),
  row('/callmanager/settings', everybody),
  row('/callmanager/settings/history', everybody),
  row('/presence/settings', everybody),
  row('/presence/settings/history', everybody),
  row('/domains', everybody),
  row('/services', everybody),
  row('/topology', everybody),
  row('/redundancy-groups', everybody),
  row('/assignment', everybody),
  row('/data-monitor', everybody),
  row('/security/administrators', notReaders),
  row('/security/administrators/[id]', notReaders, ({ operator }) => `/security/administrators/${operator}`),
  row('/security/administrators/sessions', notReaders),
  row('/security/roles', notReaders),
  row('/security/roles/new', administrators),
  row('/security/roles/[id]', notReaders, () => '/security/roles/operator'),
  row('/security/certificates', everybody),
  row('/security/certificates/[use]/upload', administrators, () => '/security/certificates/console/upload'),
  row('/security/tokens', notReaders),
  row('/security/tokens/new', administrators),
  row('/security/locks', everybody),
  row('/security/locks/history', everybody),
  row('/security/locks/sign-ins', everybody),
  row('/jobs', everybody),
  row('/jobs/[id]', everybody, ({ job }) => `/jobs/${job}`),
  row('/audit', everybody),
  row('/settings', everybody),
  row('/settings/history', everybody),
  row('/settings/[section]', everybody, () => '/settings/xmpp'),
  row('/settings/[section]/history', everybody, () => '/settings/xmpp/history'),
  row('/reference', everybody),
  row('/reference/[area]', everybody, () => '/reference/users'),
  row('/reference/permissions', everybody),
  row('/reference/protocols', everybody),
  row('/reference/start', everybody),
  row('/account', everybody),
];

/** The routes that the source has. */
export function routesInSource(): readonly string[] {
  const found: string[] = [];
  const look = (folder: string, route: string) => {
    if (existsSync(join(folder, 'page.tsx'))) found.push(route);
    for (const entry of readdirSync(folder, { withFileTypes: true }))
      if (entry.isDirectory() && !entry.name.startsWith('_')) look(join(folder, entry.name), `${route}/${entry.name}`);
  };
  look(join(projectRoot, 'app', '(console)'), '');
  return found.sort();
}
