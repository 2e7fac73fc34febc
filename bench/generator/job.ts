/** What the main process asks of a generator process, and what it hears back. Plain data: it crosses a process border. */
export interface Target {
  readonly host: string;
  readonly port: number;
  readonly domain: string;
}

export interface SignInOptions {
  readonly tls: boolean;
  readonly mechanism: 'PLAIN' | 'SCRAM-SHA-1';
  /** Enables XEP-0198 after binding. */
  readonly streamManagement: boolean;
  /** Asks for the roster and sends initial presence. */
  readonly presence: boolean;
}

export type Job =
  | {
      readonly is: 'sign-in';
      readonly target: Target;
      readonly signIn: SignInOptions;
      readonly accounts: number;
      readonly count: number;
      readonly parallel: number;
      readonly stay: boolean;
      /** The server starts anew before the measured part: nobody is known to it any more. */
      readonly restart: boolean;
    }
  | {
      readonly is: 'idle';
      readonly target: Target;
      readonly signIn: SignInOptions;
      readonly firstAccount: number;
      readonly count: number;
      readonly parallel: number;
    }
  | {
      readonly is: 'chat';
      readonly target: Target;
      readonly signIn: SignInOptions;
      readonly pairs: number;
      readonly outstanding: number;
      readonly until: 'delivered' | 'acknowledged';
      /** Messages a second, all pairs together, sent whatever arrives (open loop); null keeps `outstanding` under way (closed loop). */
      readonly offered: number | null;
      readonly bodyBytes: number;
      readonly warmSeconds: number;
      /** Null: until the main process says that what it goes on beside is over. */
      readonly seconds: number | null;
    }
  | {
      readonly is: 'presence';
      readonly target: Target;
      readonly signIn: SignInOptions;
      readonly users: number;
      readonly contacts: number;
      readonly warmSeconds: number;
      readonly seconds: number;
    }
  /** Messages for people who are not there, in a closed loop of acknowledgements; then, as a job of its own, their delivery at sign-in. */
  | {
      readonly is: 'offline';
      readonly target: Target;
      readonly signIn: SignInOptions;
      readonly part: 'stored' | 'delivered';
      readonly senders: number;
      readonly recipients: number;
      readonly perRecipient: number;
    }
  /** XEP-0045 rooms at `conference.<domain>`: how fast they fill, or how fast what is said in them is delivered. */
  | {
      readonly is: 'rooms';
      readonly target: Target;
      readonly signIn: SignInOptions;
      readonly part: 'fill' | 'talk';
      readonly rooms: number;
      readonly size: number;
      readonly outstanding: number;
      readonly warmSeconds: number;
      readonly seconds: number;
    }
  | {
      readonly is: 'archive';
      readonly target: Target;
      readonly signIn: SignInOptions;
      readonly readers: number;
      /** Messages written for each before the reading. */
      readonly messages: number;
      readonly warmSeconds: number;
      readonly seconds: number;
    }
  /** Makes the contact lists of `ringContacts` by the clients' own subscriptions, for servers that cannot import them. */
  | { readonly is: 'befriend'; readonly target: Target; readonly signIn: SignInOptions; readonly users: number; readonly contacts: number };

export interface Measured {
  /** Units done between `start` and `end`. */
  readonly units: number;
  readonly seconds: number;
  /** Milliseconds; null where a latency has no meaning. */
  readonly p50: number | null;
  readonly p99: number | null;
  /** CPU of the generator over the same time. */
  readonly generatorCpu: number;
  readonly errors: number;
}

export type Report =
  /** The measured part begins or is over: the main process reads the server's costs at these. It answers `continue`. */
  | { readonly is: 'start' }
  | { readonly is: 'end' }
  /** What the clients need to know they know: the main process restarts the server and answers `continue`. */
  | { readonly is: 'restart' }
  /** All sessions of an idle job stand, or a chat without an end goes on. The generator keeps them until it is told to `continue`. */
  | { readonly is: 'holding'; readonly sessions: number }
  | { readonly is: 'done'; readonly measured: Measured }
  | { readonly is: 'failed'; readonly why: string };
