/** What a person keeps on the server besides contacts: the vCard (XEP-0054) and private XML (XEP-0049). */
export interface ProfileStore {
  vcard(accountId: number): Promise<string | null>;
  saveVcard(accountId: number, xml: string): Promise<void>;
  privateXml(accountId: number, name: string, ns: string): Promise<string | null>;
  savePrivateXml(accountId: number, name: string, ns: string, xml: string): Promise<void>;
  /** When the person's last session ended and the status text they left with (XEP-0012); null when never seen. */
  lastSeen(accountId: number): Promise<{ at: number; status: string } | null>;
  saveLastSeen(accountId: number, at: number, status: string): void;
}
