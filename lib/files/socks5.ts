/** The server's side of SOCKS5 (RFC 1928), as far as XEP-0065 uses it: no authentication, CONNECT to a name that is a hash, port 0. */

export interface Step {
  /** To send back. */
  readonly reply: Buffer | null;
  /** What the client asked for; the handshake is done. */
  readonly hash: string | null;
  /** Bytes behind the handshake. */
  readonly rest: Buffer;
  /** Nothing good will come; end the connection after the reply. */
  readonly isOver: boolean;
}

const VERSION = 5;
const NO_AUTHENTICATION = 0;
const NO_METHOD = 0xff;
const CONNECT = 1;
const DOMAIN_NAME = 3;
const HASH = /^[0-9a-f]{40}$/;
/** A greeting with all methods and the longest request. */
const MAX_BYTES = 2 + 255 + 4 + 1 + 255 + 2;

const nothing = Buffer.alloc(0);
const waiting: Step = { reply: null, hash: null, rest: nothing, isOver: false };
const over = (reply: Buffer | null): Step => ({ reply, hash: null, rest: nothing, isOver: true });

/** RFC 1928 §6: codes of what we refuse. */
export const socksReply = (code: number, hash = ''): Buffer =>
  Buffer.concat([Buffer.from([VERSION, code, 0, DOMAIN_NAME, hash.length]), Buffer.from(hash, 'latin1'), Buffer.from([0, 0])]);
export const SUCCEEDED = 0;
export const NOT_ALLOWED = 2;
const COMMAND_NOT_SUPPORTED = 7;
const ADDRESS_NOT_SUPPORTED = 8;

/** Feed it what comes, in whatever pieces; after `hash` or `isOver` feed it no more. */
export function createSocksHandshake(): (chunk: Buffer) => Step {
  let held: Buffer = nothing;
  let greeted = false;

  function greeting(): Step | null {
    if (held.length < 2) return waiting;
    const count = held[1] ?? 0;
    if (held.length < 2 + count) return waiting;
    const methods = held.subarray(2, 2 + count);
    if (!methods.includes(NO_AUTHENTICATION)) return over(Buffer.from([VERSION, NO_METHOD]));
    held = held.subarray(2 + count);
    greeted = true;
    return null;
  }

  function request(reply: Buffer | null): Step {
    const step = (more: Partial<Step>): Step => ({ ...waiting, reply, ...more });
    const refused = (code: number): Step => over(Buffer.concat([reply ?? nothing, socksReply(code)]));
    if (held.length < 1) return step({});
    if (held[0] !== VERSION) return over(null);
    if (held.length >= 2 && held[1] !== CONNECT) return refused(COMMAND_NOT_SUPPORTED);
    if (held.length >= 4 && held[3] !== DOMAIN_NAME) return refused(ADDRESS_NOT_SUPPORTED);
    const length = held[4] ?? 0;
    if (held.length < 7 + length) return step({});
    const hash = held.toString('latin1', 5, 5 + length).toLowerCase();
    const port = held.readUInt16BE(5 + length);
    if (!HASH.test(hash) || port !== 0) return refused(NOT_ALLOWED);
    return step({ hash, rest: held.subarray(7 + length) });
  }

  return (chunk) => {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    if (held[0] !== VERSION) return over(null);
    let reply: Buffer | null = null;
    if (!greeted) {
      const step = greeting();
      if (step !== null) return held.length > MAX_BYTES ? over(null) : step;
      reply = Buffer.from([VERSION, NO_AUTHENTICATION]);
    }
    const step = request(reply);
    return !step.isOver && step.hash === null && held.length > MAX_BYTES ? over(null) : step;
  };
}
