import type { JobRunner } from '../admin/jobs/runner.ts';
import type { Environment } from '../config/load.ts';
import type { ComponentValues, ServerValues } from '../config/schema/index.ts';
import type { Fault } from '../kernel/faults.ts';
import type { Live } from '../kernel/live.ts';
import type { Log } from '../kernel/log.ts';
import { ok, type Result } from '../kernel/result.ts';
import type { LiveGateway } from '../live/gateway.ts';
import type { Muc } from '../muc/index.ts';
import type { Services } from '../services/index.ts';
import type { Database } from '../store/database.ts';
import type { Clients } from '../xmpp/c2s/index.ts';
import type { Components } from '../xmpp/components/index.ts';
import type { Host, HostTable } from '../xmpp/router/hosts.ts';
import type { Users } from '../xmpp/router/users.ts';
import type { CredentialSource } from '../xmpp/sasl/ports.ts';
import type { AdminSocket } from './admin-socket.ts';
import type { Housekeeping } from './housekeeping.ts';
import type { HttpListeners } from './http.ts';

/** Sign-in of clients as a part that can be stopped: clients then hear `temporary-auth-failure` and those signed in stay. */
export interface SignInSwitch {
  readonly credentials: CredentialSource;
  set(isOn: boolean): void;
  /** Why nobody can sign in although it runs; null: people can. */
  held(): string | null;
}

/** `gate` tells what must be waited for after a start. */
export function createSignInSwitch(source: CredentialSource, gate: () => string | null = () => null): SignInSwitch {
  let isOn = false;
  const shut = (): string | null => (isOn ? gate() : 'The authentication service is stopped.');
  return {
    credentials: {
      ...source,
      lookup(bare) {
        const why = shut();
        return why === null ? source.lookup(bare) : Promise.reject(new Error(why));
      },
      lookupToken(bare, clientId) {
        const why = shut();
        return why === null ? source.lookupToken(bare, clientId) : Promise.reject(new Error(why));
      },
    },
    set: (next) => {
      isOn = next;
    },
    held: gate,
  };
}

export interface ListenerPorts {
  open(): readonly { readonly name: string; readonly port: number }[];
  start(): Promise<Result<void, Fault>>;
  stop(): Promise<void>;
}

/** The ports for clients: as the environment says until a setting says otherwise, and moved while it runs. */
export function listenerPorts(deps: {
  readonly env: Environment;
  readonly clients: Clients;
  readonly settings: Live<ServerValues>;
  readonly log: Log;
}): ListenerPorts {
  const { env, clients, settings } = deps;
  const all = [
    { name: 'XMPP (STARTTLS)', listener: clients.listener('starttls', env.bind), wanted: () => settings.get().xmppPort || env.ports.xmpp },
    { name: 'XMPP (TLS)', listener: clients.listener('direct-tls', env.bind), wanted: () => settings.get().xmppsPort || env.ports.xmpps },
  ];
  let isOn = false;
  settings.onChange(() => {
    if (!isOn) return;
    for (const { listener, name, wanted } of all) {
      const port = wanted();
      if (port === 0 || port === listener.port) continue;
      listener.rebind(port).then((moved) => {
        if (!moved.ok) deps.log.error('c2s.rebind-failed', { listener: name, port, why: moved.fault.message });
      });
    }
  });
  return {
    open: () => all.flatMap(({ name, listener }) => (listener.port === null ? [] : [{ name, port: listener.port }])),
    async start() {
      for (const { listener, wanted } of all) {
        const port = wanted();
        if (port === 0) continue;
        const opened = await listener.listen(port);
        if (!opened.ok) return opened;
      }
      isOn = true;
      return ok(undefined);
    },
    async stop() {
      isOn = false;
      await Promise.all(all.map(({ listener }) => listener.stopAccepting()));
    },
  };
}

/** The ports for external components, as the settings say; moved, opened and closed while it runs. */
export function componentPorts(deps: {
  readonly env: Environment;
  readonly components: Components;
  readonly settings: Live<ComponentValues>;
  readonly log: Log;
}): ListenerPorts {
  const { components, env, settings } = deps;
  const all = [
    { name: 'Components', listener: components.listener('plain', () => settings.get().address), wanted: () => settings.get().port },
    { name: 'Components (TLS)', listener: components.listener('tls', () => env.bind), wanted: () => settings.get().tlsPort },
  ];
  let isOn = false;
  async function follow(): Promise<Result<void, Fault>> {
    for (const { listener, wanted } of all) {
      const port = wanted();
      if (port === 0) await listener.stopAccepting();
      else if (port !== listener.port) {
        const opened = await listener.rebind(port);
        if (!opened.ok) return opened;
      }
    }
    return ok(undefined);
  }
  settings.onChange((now, was) => {
    if (!isOn) return;
    // A port stays where it is while only its address changes, so it is opened anew.
    const moved = now.address !== was.address ? (all[0]?.listener.stopAccepting() ?? Promise.resolve()) : Promise.resolve();
    moved
      .then(follow)
      .then((followed) => {
        if (!followed.ok) deps.log.error('component.rebind-failed', { why: followed.fault.message });
      })
      .catch((error: unknown) => deps.log.error('component.rebind-failed', { error }));
  });
  return {
    open: () => all.flatMap(({ name, listener }) => (listener.port === null ? [] : [{ name, port: listener.port }])),
    async start() {
      isOn = true;
      return follow();
    },
    async stop() {
      isOn = false;
      await Promise.all(all.map(({ listener }) => listener.stopAccepting()));
    },
  };
}

/** The parts an operator can see, and most of them stop, under the names the manuals know. */
export function addServices(deps: {
  readonly services: Services;
  readonly database: Database;
  readonly clients: Clients;
  readonly components: Components;
  readonly componentListeners: ListenerPorts;
  readonly users: Users;
  readonly ports: ListenerPorts;
  readonly http: HttpListeners;
  readonly live: LiveGateway;
  readonly socket: AdminSocket;
  readonly jobs: JobRunner;
  readonly housekeeping: Housekeeping;
  readonly signInSwitch: SignInSwitch;
  readonly muc: Pick<Muc, 'suspend' | 'resume'>;
  readonly hosts: HostTable;
  /** The service domains of publish-subscribe. */
  readonly pubsub: Host;
}): void {
  const { clients, database, ports, services, users } = deps;
  const done = async () => ok(undefined);
  services.add({
    name: 'database',
    title: 'Database',
    purpose: 'Keeps everything that must survive a restart.',
    needs: [],
    critical: true,
    essential: true,
    start: done,
    // The composer closes it last: stopping services still write.
    stop: async () => undefined,
    health: () => ({
      ok: database.state === 'up',
      why: database.state === 'up' ? '' : 'The database does not answer. What must be kept is refused until it is back.',
    }),
  });
  services.add({
    name: 'authentication',
    title: 'XCP Authentication Service',
    purpose: 'Checks the passwords of chat clients. Stopped: those signed in stay, nobody new signs in.',
    needs: ['database'],
    critical: true,
    async start() {
      deps.signInSwitch.set(true);
      return ok(undefined);
    },
    stop: async () => deps.signInSwitch.set(false),
    health() {
      const why = deps.signInSwitch.held();
      return why === null ? { ok: true, why: '' } : { ok: false, why: `Nobody can sign in yet. ${why}` };
    },
  });
  services.add({
    name: 'router',
    title: 'XCP Router',
    purpose: 'Routes messages, presence and queries between people. Stopped: every session ends.',
    needs: ['database'],
    critical: true,
    start: done,
    stop: () => clients.closeAll('system-shutdown'),
    sessionsTouched: () => users.sessionCount,
  });
  services.add({
    name: 'connection-manager',
    title: 'XCP Connection Manager',
    purpose: 'Takes the connections of XMPP clients. Stopped: its sessions end and no client can connect.',
    needs: ['router', 'authentication'],
    critical: true,
    start: () => ports.start(),
    async stop() {
      await ports.stop();
      await clients.closeAll('system-shutdown');
    },
    sessionsTouched: () => users.sessionCount,
  });
  services.add({
    name: 'text-conferencing',
    title: 'XCP Text Conference Manager',
    purpose: 'Runs the chat rooms. Stopped: people inside are told and leave, and nobody can enter; persistent rooms are kept.',
    needs: ['router'],
    critical: false,
    async start() {
      deps.muc.resume();
      return ok(undefined);
    },
    stop: async () => deps.muc.suspend(),
  });
  services.add({
    name: 'publish-subscribe',
    title: 'Publish-Subscribe Service',
    purpose:
      'Topics that people publish to and subscribe to. Stopped: its address is not there; what people publish under their own goes on.',
    needs: ['router'],
    critical: false,
    async start() {
      deps.hosts.add(deps.pubsub);
      return ok(undefined);
    },
    stop: async () => deps.hosts.remove(deps.pubsub),
  });
  services.add({
    name: 'web-connection-manager',
    title: 'XCP Web Connection Manager',
    purpose: 'Takes web clients over WebSocket and BOSH, on the ports of the console. Stopped: their sessions end and none can connect.',
    needs: ['router', 'authentication'],
    critical: false,
    async start() {
      clients.web.open();
      return ok(undefined);
    },
    stop: () => clients.web.close('system-shutdown'),
    sessionsTouched: () => clients.web.sessionCount,
  });
  services.add({
    name: 'components',
    title: 'External components',
    purpose: 'Takes the connections of programs that serve a domain of their own (XEP-0114). Stopped: what is sent to them returns.',
    needs: ['router'],
    critical: false,
    async start() {
      await deps.components.reload();
      return deps.componentListeners.start();
    },
    async stop() {
      await deps.componentListeners.stop();
      await deps.components.closeAll();
    },
  });
  services.add({
    name: 'housekeeping',
    title: 'Housekeeping',
    purpose: 'Deletes what is older than the settings keep, and watches certificates.',
    needs: ['database'],
    critical: false,
    async start() {
      deps.housekeeping.start();
      return ok(undefined);
    },
    stop: () => deps.housekeeping.stop(),
  });
  services.add({
    name: 'bulk-provisioning',
    title: 'Bulk Provisioning Service',
    purpose: 'Runs imports, exports and other jobs over many users.',
    needs: ['database'],
    critical: false,
    essential: true,
    start: done,
    stop: () => deps.jobs.stop(),
  });
  services.add({
    name: 'command-line',
    title: 'Command line socket',
    purpose: 'Answers the command line on this machine.',
    needs: ['database'],
    critical: false,
    essential: true,
    start: () => deps.socket.start(),
    stop: () => deps.socket.stop(),
  });
  services.add({
    name: 'console',
    title: 'Console and REST',
    purpose: 'Serves this console, the REST interface and live updates.',
    needs: ['database'],
    critical: false,
    essential: true,
    start: () => deps.http.listen(),
    async stop() {
      await deps.live.close();
      await deps.http.close(2_000);
    },
  });
}
