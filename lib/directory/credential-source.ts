import { createBatcher } from '../kernel/batch.ts';
import type { BareJid } from '../kernel/jid.ts';
import type { CredentialSource, StoredIdentity } from '../xmpp/sasl/ports.ts';
import type { AccountStore, ClientTokenStore, CredentialProfile, TokenChange, TokenClient } from './ports.ts';

export interface PasswordDirectories {
  /** Some directory signs people in. */
  readonly signsIn: boolean;
  /** SCRAM needs a password that is stored here; what is offered while people of directories sign in too. */
  mechanisms(): 'automatic' | 'both' | 'plain';
  verify(accountId: number, password: string): Promise<'right' | 'wrong' | 'disabled' | 'expired'>;
}

export interface BuiltCredentialSource extends CredentialSource {
  /** Looks again how stored passwords are hashed; call it now and then. */
  refreshProfiles(): Promise<void>;
}

/** What signing in asks of storage, in batches: a storm of sign-ins is few statements. */
export function createCredentialSource(deps: {
  readonly accounts: Pick<AccountStore, 'credentials' | 'upgradeCredentials' | 'credentialProfiles'> &
    Partial<Pick<AccountStore, 'passwordDomains'>>;
  readonly tokens: Pick<ClientTokenStore, 'find' | 'change' | 'touch'>;
  /** Clients with tokens an account may have. */
  readonly maxClients: () => number;
  /** Directories that know the passwords of their people. */
  readonly directories?: PasswordDirectories;
  /** In a cluster: whether some node is home to this account. A promise where it has to be asked for. */
  readonly hasHome?: (bare: BareJid) => boolean | Promise<boolean>;
}): BuiltCredentialSource {
  const { accounts, tokens } = deps;
  const { directories } = deps;
  let profiles: readonly CredentialProfile[] = [];
  let passwordDomains: ReadonlySet<string> = new Set();

  const lookup = createBatcher<BareJid, StoredIdentity | null>({
    keyOf: (bare) => bare,
    shares: true,
    async run(bares) {
      const found = await accounts.credentials(bares);
      const { hasHome } = deps;
      if (hasHome === undefined) return bares.map((bare) => found.get(bare) ?? null);
      return Promise.all(
        bares.map(async (bare) => {
          const identity = found.get(bare) ?? null;
          return identity === null || (await hasHome(bare)) ? identity : { ...identity, isUnassigned: true };
        }),
      );
    },
  });
  const findClient = createBatcher<{ bare: BareJid; clientId: string }, TokenClient | null>({
    keyOf: ({ bare, clientId }) => `${bare} ${clientId}`,
    shares: true,
    run: (keys) => tokens.find(keys),
  });
  const changeToken = createBatcher<TokenChange, boolean>({
    keyOf: ({ accountId, clientId }) => `${accountId} ${clientId}`,
    shares: false,
    run: (changes) => tokens.change(changes, deps.maxClients()),
  });

  return {
    lookup,
    async lookupToken(bare, clientId) {
      const [identity, client] = await Promise.all([lookup(bare), findClient({ bare, clientId })]);
      return identity === null ? null : { ...identity, client };
    },
    changeToken,
    touchToken: (accountId, clientId, at, address) => tokens.touch(accountId, clientId, at, address),
    upgrade: (accountId, from, to) => accounts.upgradeCredentials(accountId, from, to),
    profiles: () => profiles,
    ...(directories === undefined
      ? {}
      : {
          verify: directories.verify,
          offers: (domain: string) => {
            if (!directories.signsIn) return { scram: true, plain: false };
            const how = directories.mechanisms();
            // Many clients try the strongest mechanism alone. Where nobody has a password here, SCRAM could never succeed.
            const scram = how === 'both' || (how === 'automatic' && passwordDomains.has(domain));
            return { scram, plain: true };
          },
        }),
    async refreshProfiles() {
      profiles = await accounts.credentialProfiles();
      if (accounts.passwordDomains !== undefined) passwordDomains = new Set(await accounts.passwordDomains());
    },
  };
}
