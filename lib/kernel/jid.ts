/** XMPP addresses (RFC 7622). Parts are always in prepared form; compare the strings. */
export type BareJid = string & { readonly __bare: true };
export type FullJid = string & { readonly __full: true };
export type Domain = string & { readonly __domain: true };

export interface Jid {
  /** Empty for a domain address. */
  readonly local: string;
  readonly domain: Domain;
  /** Empty for a bare address. */
  readonly resource: string;
  readonly bare: BareJid;
  /** `bare` when there is no resource. */
  readonly full: FullJid | BareJid;
}
