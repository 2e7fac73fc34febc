import type { ConsoleSignIn, Directories, RunningDirectory } from '../ldap/index.ts';
import type { DirectoryPerson } from '../ldap/ports.ts';
import { directoryRow } from './ldap-rows.ts';

export const directoryPerson = (userId: string, more: Partial<DirectoryPerson> = {}): DirectoryPerson => ({
  key: `key-${userId}`,
  dn: `cn=${userId},dc=example,dc=test`,
  userId,
  name: userId,
  mail: '',
  uri: '',
  phone: '',
  department: '',
  title: '',
  enabled: true,
  ...more,
});

/** A directory that holds what the test puts in `people`, and is away while `isDown`. */
export function pretendedDirectories() {
  const world = {
    people: [] as DirectoryPerson[],
    isDown: false as boolean | Error,
    /** By user name: password and role. */
    console: new Map<string, { password: string; role: string | null; verdict?: ConsoleSignIn['verdict'] }>(),
    forgotten: [] as number[],
  };
  const check = () => {
    if (world.isDown instanceof Error) throw world.isDown;
  };
  const running = {
    directory: directoryRow(),
    async everyone(_scope: unknown, page: (people: readonly DirectoryPerson[]) => void) {
      check();
      for (let at = 0; at < world.people.length; at += 500) page(world.people.slice(at, at + 500));
    },
  } as unknown as RunningDirectory;
  const directories = {
    syncing: new Set<string>(),
    running: (id: string) => (id === 'dir-1' ? running : null),
    states: () => [],
    signsIn: true,
    reload: async () => undefined,
    search: async () => world.people,
    forget: (id: number) => void world.forgotten.push(id),
    get consoleIsDown() {
      return world.isDown !== false;
    },
    async consoleSignIn(username: string, password: string): Promise<ConsoleSignIn | null> {
      check();
      const found = world.console.get(username.toLowerCase());
      if (found === undefined) return null;
      const verdict = found.verdict ?? (found.password === password ? 'right' : 'wrong');
      return {
        verdict,
        person: directoryPerson(username.toLowerCase(), { name: 'Of the directory' }),
        role: found.role,
        directory: 'Head office',
      };
    },
    async consoleRole(username: string) {
      check();
      return world.console.get(username)?.role ?? null;
    },
    alarms: () => [],
    stop: () => undefined,
  } as unknown as Directories;
  return { world, directories };
}
