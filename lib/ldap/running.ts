import type { Entry } from 'ldapts';
import type { Clock } from '../kernel/clock.ts';
import type { Log } from '../kernel/log.ts';
import type { Connection, openConnection } from './connection.ts';
import { bracketed, equals, escapeFilterValue } from './escape.ts';
import { type BindVerdict, resultCodeOf } from './faults.ts';
import { attributesOf, binaryOf, octetsOf, personOf, searchFilter } from './people.ts';
import type { Directory, DirectoryPerson, GroupRole } from './ports.ts';
import { createServers, type Servers } from './servers.ts';

/** A directory in use. Everything rejects with `DirectoryDown` when no server answers. */
export interface RunningDirectory {
  readonly directory: Directory;
  readonly servers: Servers;
  /** Null: nobody, or more than one. */
  find(userId: string): Promise<DirectoryPerson | null>;
  verify(dn: string, password: string): Promise<BindVerdict>;
  /** The first group of the list that the person is in. */
  groupOf(person: DirectoryPerson): Promise<GroupRole | null>;
  search(words: readonly string[], limit: number): Promise<readonly DirectoryPerson[]>;
  photoOf(dn: string): Promise<Buffer | null>;
  /** Everybody of an agreement, page by page; `restarted` when another server takes over and it begins anew. */
  everyone(
    scope: { readonly base: string; readonly filter: string },
    page: (people: readonly DirectoryPerson[]) => void,
    restarted: () => void,
  ): Promise<void>;
  stop(): void;
}

/** RFC 4515 and [MS-ADTS] 3.1.1.3.4.4.3: groups of groups too. */
const IN_CHAIN = '1.2.840.113556.1.4.1941';
/** Pictures larger than this are no pictures for a card. */
export const MAX_PHOTO = 200_000;

export function createRunningDirectory(deps: {
  readonly directory: Directory;
  readonly password: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly changed: () => void;
  readonly open?: typeof openConnection;
}): RunningDirectory {
  const { directory } = deps;
  const { attributes: map, base } = directory;
  const servers = createServers(deps);
  const asked = { attributes: attributesOf(map), explicitBufferAttributes: [map.key] };
  const people = bracketed(directory.filter);

  async function one(at: string, options: Parameters<Connection['search']>[1], on = servers.first): Promise<readonly Entry[]> {
    try {
      return await on((connection) => connection.search(at, options));
    } catch (error) {
      // The entry that was asked for is gone.
      if (resultCodeOf(error) === 32) return [];
      throw error;
    }
  }

  const isMember = async (person: DirectoryPerson, group: string): Promise<boolean> => {
    if (directory.kind === 'active-directory') {
      const filter = `(|${equals('memberOf', group)}(memberOf:${IN_CHAIN}:=${escapeFilterValue(group)}))`;
      if ((await one(person.dn, { scope: 'base', filter, attributes: ['1.1'], sizeLimit: 1 })).length > 0) return true;
    }
    const filter = `(|${equals('member', person.dn)}${equals('uniqueMember', person.dn)}${equals('memberUid', person.userId)})`;
    return (await one(group, { scope: 'base', filter, attributes: ['1.1'], sizeLimit: 1 })).length > 0;
  };

  return {
    directory,
    servers,
    async find(userId) {
      const filter = `(&${people}${equals(map.userId, userId)})`;
      const found = await one(base, { ...asked, scope: 'sub', filter, sizeLimit: 2 });
      // Two people of one user ID: nobody can tell who signs in.
      const [entry] = found;
      return entry === undefined || found.length > 1 ? null : personOf(entry, map);
    },
    verify: servers.verify,
    async groupOf(person) {
      for (const each of directory.groups) if (await isMember(person, each.group)) return each;
      return null;
    },
    async search(words, limit) {
      const filter = searchFilter(words, map, people);
      const found = await one(base, { ...asked, scope: 'sub', filter, sizeLimit: limit }, servers.many);
      return found.map((entry) => personOf(entry, map));
    },
    async photoOf(dn) {
      if (map.photo === '') return null;
      const options = {
        scope: 'base',
        filter: '(objectClass=*)',
        attributes: [map.photo],
        explicitBufferAttributes: binaryOf(map),
        sizeLimit: 1,
      } as const;
      const [entry] = await one(dn, { ...options, attributes: [...options.attributes] });
      const octets = entry === undefined ? null : octetsOf(entry, map.photo);
      return octets === null || octets.length > MAX_PHOTO ? null : octets;
    },
    async everyone(scope, page, restarted) {
      let isFirst = true;
      await servers.alone(async (connection) => {
        if (!isFirst) restarted();
        isFirst = false;
        const filter = scope.filter === '' ? people : bracketed(scope.filter);
        const options = { ...asked, scope: 'sub' as const, filter };
        for await (const entries of connection.pages(scope.base || base, options, directory.pageSize))
          page(entries.map((entry) => personOf(entry, map)));
      });
    },
    stop: servers.stop,
  };
}
