import type { SettingSection, ValuesOf } from '../setting.ts';
import { archiveSettings } from './archive.ts';
import { callManagerSettings } from './call-manager.ts';
import { callsSettings } from './calls.ts';
import { clusterSettings } from './cluster.ts';
import { componentSettings } from './components.ts';
import { consoleSettings } from './console.ts';
import { directoriesSettings } from './directories.ts';
import { filesSettings } from './files.ts';
import { imSettings } from './im.ts';
import { mucSettings } from './muc.ts';
import { presenceSettings } from './presence.ts';
import { pubsubSettings } from './pubsub.ts';
import { pushSettings } from './push.ts';
import { searchSettings } from './search.ts';
import { serverSettings } from './server.ts';
import { signInSettings } from './sign-in.ts';
import { xmppSettings } from './xmpp.ts';

export const sections = {
  xmpp: xmppSettings,
  im: imSettings,
  archive: archiveSettings,
  presence: presenceSettings,
  console: consoleSettings,
  signIn: signInSettings,
  server: serverSettings,
  muc: mucSettings,
  pubsub: pubsubSettings,
  files: filesSettings,
  components: componentSettings,
  push: pushSettings,
  search: searchSettings,
  calls: callsSettings,
  cluster: clusterSettings,
  directories: directoriesSettings,
  callManager: callManagerSettings,
} as const satisfies Record<string, SettingSection>;

export type SectionId = keyof typeof sections;
export type SectionValues<S extends SectionId> = ValuesOf<(typeof sections)[S]>;
/** What rooms receive: `Live<XmppValues>` and so on. */
export type XmppValues = SectionValues<'xmpp'>;
export type ImValues = SectionValues<'im'>;
export type ArchiveValues = SectionValues<'archive'>;
export type PresenceValues = SectionValues<'presence'>;
export type ConsoleValues = SectionValues<'console'>;
export type SignInValues = SectionValues<'signIn'>;
export type ServerValues = SectionValues<'server'>;
export type MucValues = SectionValues<'muc'>;
export type PubSubValues = SectionValues<'pubsub'>;
export type FilesValues = SectionValues<'files'>;
export type ComponentValues = SectionValues<'components'>;
export type PushValues = SectionValues<'push'>;
export type SearchValues = SectionValues<'search'>;
export type CallsValues = SectionValues<'calls'>;
export type ClusterValues = SectionValues<'cluster'>;
export type DirectoriesValues = SectionValues<'directories'>;
export type CallManagerValues = SectionValues<'callManager'>;
