/** What the tests use of @xmpp/client, which brings no types. */
declare module '@xmpp/client' {
  export interface Xml {
    readonly name: string;
    readonly attrs: Readonly<Record<string, string | undefined>>;
    is(name: string, ns?: string): boolean;
    getChild(name: string, ns?: string): Xml | undefined;
    getChildText(name: string): string | null;
  }
  export function xml(name: string, attrs?: Readonly<Record<string, string>>, ...children: (Xml | string)[]): Xml;
  export interface SavedToken {
    readonly mechanism: string;
    readonly token: string;
    readonly expiry: string;
  }
  export interface XmppClient {
    readonly jid: { toString(): string; bare(): { toString(): string } };
    readonly fast: {
      fetchToken: () => Promise<SavedToken | null | undefined>;
      saveToken: (token: SavedToken) => Promise<void>;
      deleteToken: () => Promise<void>;
    };
    readonly streamManagement: { readonly enabled: boolean; readonly id: string; on(event: 'resumed', fn: () => void): void };
    readonly iqCaller: { request(iq: Xml, timeoutMs?: number): Promise<Xml> };
    readonly reconnect: { stop(): void; start(): void; delay: number };
    start(): Promise<unknown>;
    stop(): Promise<unknown>;
    /** The connection as it is now: of the library's own kind, around one of Node's, or that one. */
    readonly socket: { readonly socket?: { destroy(): void }; destroy?(): void };
    /** How long it waits for the server, in milliseconds. */
    timeout: number;
    send(stanza: Xml): Promise<void>;
    on(event: 'element' | 'send' | 'stanza', fn: (el: Xml) => void): void;
    on(event: 'error', fn: (error: Error) => void): void;
    on(event: 'online', fn: (address: unknown) => void): void;
  }
  export function client(options: {
    readonly service: string;
    readonly domain: string;
    readonly username: string;
    readonly password: string;
    readonly resource?: string;
    readonly userAgent?: Xml;
  }): XmppClient;
}
