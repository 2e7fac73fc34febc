import type { SettingsControl } from '../config/registry.ts';
import type { AccountStore } from '../directory/ports.ts';
import type { EventHub } from '../kernel/events.ts';
import type { BareJid } from '../kernel/jid.ts';
import type { Log } from '../kernel/log.ts';
import type { BuiltUsers } from '../xmpp/router/create-users.ts';

/** People looked up at once. */
const SLICE = 500;

/**
 * The bus was away: what other nodes said meanwhile was not heard. Everything that is kept in memory because its changes are told is read again, and
 * people who were disabled or removed meanwhile lose their sessions now.
 */
export function createCatchUp(deps: {
  readonly accounts: Pick<AccountStore, 'byBare'>;
  readonly users: BuiltUsers;
  readonly settings: Pick<SettingsControl, 'reload'>;
  readonly events: EventHub;
  readonly log: Log;
}): () => void {
  const { accounts, events, log, settings, users } = deps;

  async function run(): Promise<void> {
    await settings.reload();
    // No name, no id: whoever listens reads all of it again.
    events.emit('domain.changed', { domain: '', what: 'renamed', by: '' });
    events.emit('component.changed', { domain: '', what: 'updated', by: '' });
    events.emit('directory.changed', { directoryId: '', what: 'updated', by: '' });
    events.emit('callManager.changed', { what: 'configured' });
    events.emit('operator.changed', { operatorId: '', what: 'updated' });
    events.emit('role.changed', { roleId: '', what: 'updated' });
    events.emit('token.changed', { tokenId: '', what: 'revoked' });
    events.emit('notice.changed', { kind: 'motd', by: '' });
    const online = [...users.online()].map(({ bare }) => bare);
    for (let at = 0; at < online.length; at += SLICE) {
      const slice = online.slice(at, at + SLICE);
      const found = await accounts.byBare(slice);
      for (const bare of slice) {
        const account = found.get(bare);
        if (!account) users.evict(bare as BareJid, 'removed');
        else if (!account.enabled) users.evict(bare as BareJid, 'disabled');
      }
    }
  }

  return () => {
    run().catch((error: unknown) => log.error('cluster.catch-up-failed', { error }));
  };
}
