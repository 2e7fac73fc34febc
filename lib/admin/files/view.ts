import type { FilesValues } from '../../config/schema/index.ts';
import type { FileFilter, FileLogRecord, FilePurpose, FileRow } from '../../files/ports.ts';
import type { AdminStores } from '../shared/ports.ts';
import { resolveUser } from '../users/resolve.ts';
import type { FileView } from './outputs.ts';

/** Whoever reports a file has its address; what we keep is the id at its beginning. */
export const idIn = (text: string): string => (/\/upload\/([A-Za-z0-9_-]{22})/.exec(text)?.[1] ?? text).slice(0, 100);

const keptFor = (settings: FilesValues, purpose: FilePurpose): number =>
  ({
    message: settings.keepMessage,
    ephemeral: settings.keepEphemeral,
    profile: settings.keepProfile,
    permanent: settings.keepPermanent,
  })[purpose];

export function presentFile(row: FileRow, settings: FilesValues): FileView {
  const { id, name, owner, type, sniffed, size, purpose, sha256, downloads, lastDownloadAt } = row;
  const kept = keptFor(settings, purpose);
  return {
    id,
    name,
    owner,
    ownerId: row.accountId,
    type,
    sniffed,
    size,
    purpose,
    sha256,
    at: row.storedAt,
    downloads,
    lastDownloadAt,
    expiresAt: kept === 0 ? null : row.storedAt + kept * 1000,
  };
}

export const presentLog = ({ at, what, fileId, name, type, size, owner, accountId, address }: FileLogRecord) => ({
  at,
  what,
  file: fileId,
  name,
  type,
  size,
  owner,
  ownerId: accountId,
  address,
});

/** By account when there is one, so that files keep to their person when the address changes; else by the address at the upload. */
export async function ownerOf(stores: AdminStores, person: string): Promise<Pick<FileFilter, 'accountId' | 'owner'>> {
  const account = await resolveUser(stores, person);
  return account.ok ? { accountId: account.value.id } : { owner: person.toLowerCase() };
}

interface Asked {
  readonly search?: string | undefined;
  readonly person?: string | undefined;
  readonly type?: string | undefined;
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  readonly minSize?: number | undefined;
}
export async function filterOf(stores: AdminStores, { search, person, type, since, until, minSize }: Asked): Promise<FileFilter> {
  return {
    ...(search ? { search: idIn(search) } : {}),
    ...(person === undefined ? {} : await ownerOf(stores, person)),
    ...(type === undefined ? {} : { type: type.toLowerCase() }),
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
    ...(minSize === undefined ? {} : { minSize }),
  };
}
