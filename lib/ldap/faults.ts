import { defineFaults } from '../kernel/faults.ts';

export const ldapFaults = defineFaults('directories', {
  down: { kind: 'down', message: 'No server of the directory {name} answers. {why}' },
});

/** The directory cannot be asked; whoever asked is not told wrong. */
export class DirectoryDown extends Error {
  readonly fault;
  constructor(name: string, why: string) {
    super(`The directory ${name} does not answer: ${why}`);
    this.fault = ldapFaults.down({ name, why });
  }
}

const TIME_LIMIT = 3;
/** RFC 4511 appendix A: results that say the server cannot serve now, and that another may. */
const UNAVAILABLE = new Set([TIME_LIMIT, 51, 52, 80]);
/** Neither the connection nor the server is to blame. */
const codeOf = (error: unknown): number | null => {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'number' ? code : null;
};
export const resultCodeOf = codeOf;
/** True when the server answered, and the answer stands. */
export const isAnswer = (error: unknown): boolean => {
  const code = codeOf(error);
  return code !== null && !UNAVAILABLE.has(code);
};

/** No answer in the time that is waited for one. */
export class TooSlow extends Error {
  constructor(ms: number) {
    super(`The server did not answer within ${ms} ms: timed out.`);
  }
}
/** Ended here or by the server (timeLimitExceeded). */
export const isSlow = (error: unknown): boolean => error instanceof TooSlow || codeOf(error) === TIME_LIMIT;

export type BindVerdict = 'right' | 'wrong' | 'disabled' | 'expired';
/** Active Directory tells more in the text of result 49: `data 533`. Null when the bind did not fail for its credentials. */
export function verdictOf(error: unknown): BindVerdict | null {
  const code = codeOf(error);
  // 32, 34 and 48: the entry went meanwhile, or has no password.
  if (code !== 49 && code !== 32 && code !== 34 && code !== 48 && code !== 50 && code !== 53) return null;
  const data = /\bdata ([0-9a-f]{3})\b/i.exec((error as Error).message)?.[1]?.toLowerCase();
  if (data === '533' || data === '701') return 'disabled';
  return data === '532' || data === '773' ? 'expired' : 'wrong';
}

const sentences: Readonly<Record<number, string>> = {
  1: 'The server could not do it (operationsError). Active Directory says so when it wants a sign-in first.',
  3: 'The server did not answer in time (timeLimitExceeded).',
  4: 'The server gives fewer entries than there are (sizeLimitExceeded).',
  8: 'The server wants more than a simple bind (strongerAuthRequired). Use LDAPS or StartTLS.',
  10: 'The server refers to another (referral). Referrals are not followed: name that server, or a base that this one holds.',
  13: 'The server takes passwords through TLS only (confidentialityRequired). Use LDAPS or StartTLS.',
  32: 'There is no such entry (noSuchObject). Look at the base and at the bind DN.',
  34: 'This is no distinguished name (invalidDNSyntax).',
  48: 'This entry cannot sign in (inappropriateAuthentication).',
  49: 'The name or the password is not right (invalidCredentials).',
  50: 'The bind DN may not read here (insufficientAccessRights).',
  53: 'The server refuses (unwillingToPerform).',
};

/** What happened, in a sentence. Never holds a password: none of these messages does. */
export function sentenceOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  const message = error instanceof Error ? error.message : String(error);
  if (typeof code === 'number') {
    const data = /\bdata ([0-9a-f]{3})\b/i.exec(message)?.[1];
    const said = code === 49 && data ? activeDirectory[data.toLowerCase()] : undefined;
    return said ?? sentences[code] ?? `The server answers with result ${code}.`;
  }
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'The name is not known to the DNS.';
    case 'ECONNREFUSED':
      return 'Nothing listens at this port.';
    case 'ECONNRESET':
    case 'EPIPE':
      return 'The server closed the connection.';
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return 'The server cannot be reached.';
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return 'The certificate is for another host name.';
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
      return 'The certificate is signed by an authority that is not trusted here. Add its certificate.';
    case 'CERT_HAS_EXPIRED':
      return 'The certificate has expired.';
  }
  if (/timed? ?out/i.test(message)) return 'The server did not answer in time.';
  if (/closed|Socket/i.test(message)) return 'The server closed the connection.';
  if (/wrong version number|packet length|EPROTO/i.test(message + String(code))) return 'What answers at this port does not speak TLS.';
  return message.slice(0, 200);
}

const activeDirectory: Readonly<Record<string, string>> = {
  '52e': 'The name or the password is not right.',
  '525': 'There is no such user.',
  '530': 'This user may not sign in at this hour.',
  '532': 'The password has expired.',
  '533': 'The account is disabled.',
  '701': 'The account has expired.',
  '773': 'The password must be changed first.',
  '775': 'The account is locked.',
};
