import type { Fault } from '../../kernel/faults.ts';
import type { Result } from '../../kernel/result.ts';
import type { Viewer } from './viewer.ts';

/** Who is there. Sign-in comes before there is a viewer, so it stands beside the use cases. Implemented by the security room. */
export interface AuthDoor {
  /** One public text for all failures. The secret is shown to nobody but the browser's cookie. */
  signIn(input: {
    username: string;
    password: string;
    /** From an authenticator app, or a recovery code; asked for by the fault `auth.secondFactorNeeded`. */
    code?: string;
    address: string;
    agent: string;
  }): Promise<Result<SignedIn, Fault>>;
  signOut(secret: string): Promise<void>;
  /**
   * Null when the session ended, is idle too long, or its operator was disabled. Asked on every request. `quiet` looks without
   * counting as activity: an open page with live values must not keep an idle session alive.
   */
  viewerForSession(secret: string, address: string, how?: { readonly quiet: boolean }): Promise<SignedInViewer | null>;
  /** For `Authorization: Bearer rc_...`. */
  viewerForToken(secret: string, address: string): Promise<Viewer | null>;
  /** What the sign-in page shows before anyone is known; from the live settings. */
  notice(): SignInNotice;
  /** Signs the cookie of the console; lives in the data folder. */
  readonly cookieSecret: string;
}
export interface SignInNotice {
  readonly clusterName: string;
  readonly bannerText: string;
  readonly bannerAcknowledge: boolean;
}
export interface SignedInViewer extends Viewer {
  readonly mustChangePassword: boolean;
  /** The settings ask for a second factor that this person does not have yet. */
  readonly mustSetUpSecondFactor: boolean;
}
export interface SignedIn {
  readonly secret: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  readonly viewer: SignedInViewer;
}

/** An HTTP request as plain data. */
export interface RestRequest {
  readonly method: string;
  /** Below `/api/v1`, as it came (not decoded), for example `/users/42`. */
  readonly path: string;
  /** The query string without `?`. */
  readonly query: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Asked for once it is known who sends it; null when it was larger than `restBodyLimit` allows, the rest was not read. */
  readonly body: () => Promise<string | null>;
  readonly address: string;
}
/** Bytes (limits §3.4). */
export const restBodyLimit = (contentType: string): number => (/^text\/csv\b/i.test(contentType) ? 25 : 1) * 1024 * 1024;
export interface RestAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** A stream for exports. */
  readonly body: string | AsyncIterable<string>;
}

/** The reference of REST and command line, for the page and for OpenAPI. */
export interface ReferenceEntry {
  readonly id: string;
  readonly area: string;
  readonly title: string;
  readonly summary: string;
  readonly permission: string;
  readonly kind: 'read' | 'change' | 'effect';
  readonly rest:
    | { readonly method: string; readonly path: string; readonly body: string; readonly produces: string }
    | { readonly none: string };
  readonly cli: { readonly usage: string; readonly examples: readonly string[] } | { readonly none: string };
  readonly input: readonly ReferenceField[];
  readonly output: Readonly<Record<string, unknown>>;
}
export interface ReferenceField {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly in: 'path' | 'query' | 'body';
  readonly help: string;
}
export interface Reference {
  readonly entries: readonly ReferenceEntry[];
  readonly permissions: readonly { readonly name: string; readonly roles: readonly string[] }[];
}

/** What a file-like output is: use cases whose face `produces` a media type give this. */
export interface Download {
  readonly fileName: string;
  readonly mediaType: string;
  readonly chunks: AsyncIterable<string>;
}
