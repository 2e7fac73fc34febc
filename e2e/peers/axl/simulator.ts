import { randomBytes, randomUUID } from 'node:crypto';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { AxlFault, type Change, forgetOrder, operations, type World } from './operations.ts';
import { addPerson, makePeople, makeUser, type SimUser } from './people.ts';
import { envelope, escaped, type Node, parse } from './soap.ts';

/**
 * A stand-in for the AXL service of a call manager, as a synchroniser meets it over the wire: basic authentication and session cookies, schema
 * versions, lists with skip and first, the limit of 8 MB with its suggestion, the queue of changes, throttling, and faults on demand.
 */
export interface SimFaults {
  /** So many requests are turned away with 503. */
  busy?: number;
  /** So many are told that memory is consumed. */
  memory?: number;
  /** Octets of each answer that are sent before the connection ends. */
  halfAfter?: number;
  delayMs?: number;
  /** So many connections are closed without an answer. */
  drop?: number;
  /** Answers a login page. */
  loginPage?: boolean;
  /** Only for this operation. */
  operation?: string;
  /** A fault of this code. */
  code?: number;
  message?: string;
}
export interface SimOptions {
  readonly users: number;
  readonly key: string;
  readonly cert: string;
  readonly versions?: readonly string[];
  readonly port?: number;
  /** Time that each answer takes, as a real one takes some. */
  readonly workMs?: number;
}
export interface Simulator {
  readonly port: number;
  readonly world: World;
  /** Operations asked for, in order. */
  readonly journal: { readonly operation: string; readonly version: string }[];
  faults: SimFaults;
  versions: readonly string[];
  put(userid: string, patch?: Partial<SimUser>): SimUser;
  remove(userid: string): void;
  /** Another list of changes, as after a restart of the call manager. */
  restart(): void;
  close(): Promise<void>;
}

export const axlAccounts = {
  axladmin: { password: 'axlpw', role: 'write' },
  axlread: { password: 'axlpw', role: 'read' },
  norole: { password: 'axlpw', role: '' },
} as const;

const html = { 'content-type': 'text/html' };

export async function startSimulator(options: SimOptions): Promise<Simulator> {
  const world: World = {
    data: makePeople(options.users),
    queueId: randomUUID(),
    nextId: 1,
    changes: [],
    limitBytes: 8 * 1024 * 1024,
    cutRows: 0,
    release: '14.0.1.12900-161',
  };
  const journal: Simulator['journal'] = [];
  const sessions = new Map<string, string>();
  const state = { faults: {} as SimFaults, versions: options.versions ?? ['12.0', '12.5', '14.0'] };
  let count = options.users;

  const change = (type: Change['type'], uuid: string, action: Change['action']): void => {
    world.changes.push({ id: world.nextId++, type, uuid, action });
    if (world.changes.length > 100_000) world.changes.shift();
  };
  const find = (userid: string): SimUser | undefined =>
    [...world.data.users.values()].find((user) => user.userid.toLowerCase() === userid.toLowerCase());
  /** Takes one of those that are left. */
  function spend(name: 'busy' | 'memory' | 'drop'): boolean {
    const left = state.faults[name] ?? 0;
    if (left <= 0) return false;
    state.faults[name] = left - 1;
    return true;
  }

  function roleOf(headers: Record<string, string | string[] | undefined>): string | null {
    const cookie = /JSESSIONIDSSO=([^;\s]+)/.exec(String(headers.cookie ?? ''))?.[1];
    const known = cookie === undefined ? undefined : sessions.get(cookie);
    if (known !== undefined) return known;
    const basic = /^Basic (.+)$/i.exec(String(headers.authorization ?? ''))?.[1];
    const [name = '', ...rest] = Buffer.from(basic ?? '', 'base64')
      .toString()
      .split(':');
    const account = Object.hasOwn(axlAccounts, name) ? axlAccounts[name as keyof typeof axlAccounts] : undefined;
    return account?.password === rest.join(':') ? account.role : null;
  }

  const server = createServer({ key: options.key, cert: options.cert }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const work = () => answer(Buffer.concat(chunks).toString('utf8'));
      const wait = (state.faults.delayMs ?? 0) + (options.workMs ?? 0);
      if (wait > 0) setTimeout(work, wait);
      else work();
    });
    function answer(body: string): void {
      const end = (status: number, headers: Record<string, string>, text: string): void => {
        response.writeHead(status, headers);
        response.end(text);
      };
      if (spend('drop')) return void request.socket.destroy();
      if (request.url !== '/axl/') return end(404, {}, '');
      if (state.faults.loginPage === true) return end(200, html, '<!doctype html><html><body><h1>Login</h1></body></html>');
      const hadCookie = /JSESSIONIDSSO/.test(request.headers.cookie ?? '');
      const role = roleOf(request.headers);
      if (role === null && hadCookie && request.headers.authorization === undefined) return end(404, html, '');
      if (role === null) return end(401, { ...html, 'www-authenticate': 'Basic realm="Cisco Web Services Realm"' }, '<html></html>');
      if (role === '') return end(403, html, '');
      const headers: Record<string, string> = { 'content-type': 'text/xml;charset=utf-8' };
      if (!hadCookie) {
        const id = randomBytes(12).toString('hex').toUpperCase();
        sessions.set(id, role);
        headers['set-cookie'] = `JSESSIONIDSSO=${id}; Path=/; Secure; HttpOnly`;
      }
      const version = /CUCM:DB ver=([\d.]+)/.exec(String(request.headers.soapaction ?? ''))?.[1] ?? state.versions.at(-1) ?? '';
      if (!state.versions.includes(version)) return end(599, {}, '');
      let asked: Node | undefined;
      try {
        asked = parse(body).children[0]?.children.find((one) => one.name === 'Body')?.children[0];
      } catch {
        asked = undefined;
      }
      const fault = ({ code, message }: { code: number; message: string }): void =>
        end(
          500,
          headers,
          envelope(
            `<soapenv:Fault><faultcode>soapenv:Server</faultcode><faultstring>${escaped(message)}</faultstring><detail><axlError><axlcode>${code}</axlcode><axlmessage>${escaped(message)}</axlmessage><request>${escaped(asked?.name ?? '')}</request></axlError></detail></soapenv:Fault>`,
          ),
        );
      if (asked === undefined) return fault({ code: -1, message: 'Malformed XML' });
      journal.push({ operation: asked.name, version });
      const { faults } = state;
      const isMeant = faults.operation === undefined || faults.operation === asked.name;
      if (isMeant && spend('busy')) return end(503, html, 'Service Unavailable');
      if (isMeant && spend('memory'))
        return fault({
          code: -1,
          message: 'Maximum AXL Memory Allocation Consumed. Please retry once requests in progress have completed',
        });
      if (isMeant && faults.code !== undefined) return fault({ code: faults.code, message: faults.message ?? 'fault on demand' });
      const operation = operations[asked.name];
      if (operation === undefined) return fault({ code: -1, message: `Unknown or unsupported request: ${asked.name}` });
      try {
        const text = envelope(
          `<ns:${asked.name}Response xmlns:ns="http://www.cisco.com/AXL/API/${version}">${operation(world, asked)}</ns:${asked.name}Response>`,
        );
        if (isMeant && faults.halfAfter !== undefined) {
          const half = Buffer.from(text).subarray(0, faults.halfAfter);
          // Its length is told as that of the half: only what it says shows that something is missing.
          return end(200, headers, half.toString('utf8'));
        }
        end(200, headers, text);
      } catch (error) {
        if (error instanceof AxlFault) fault(error);
        else throw error;
      }
    }
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));

  return {
    port: (server.address() as AddressInfo).port,
    world,
    journal,
    get faults() {
      return state.faults;
    },
    set faults(next) {
      state.faults = next;
    },
    get versions() {
      return state.versions;
    },
    set versions(next) {
      state.versions = next;
    },
    put(userid, patch = {}) {
      const was = find(userid);
      if (was !== undefined) {
        Object.assign(was, patch);
        change('User', was.uuid, 'u');
        return was;
      }
      const user = makeUser(++count, { userid, ...patch });
      addPerson(world.data, user, count);
      for (const rows of [world.data.users, world.data.phones, world.data.lines]) forgetOrder(rows);
      change('User', user.uuid, 'a');
      return user;
    },
    remove(userid) {
      const user = find(userid);
      if (user === undefined) return;
      world.data.users.delete(user.uuid);
      forgetOrder(world.data.users);
      change('User', user.uuid, 'r');
    },
    restart() {
      world.queueId = randomUUID();
      world.changes = [];
      world.nextId = 1;
      sessions.clear();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
