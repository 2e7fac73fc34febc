import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { prepareOpaque } from '../kernel/jid.ts';

/**
 * Passwords of console operators: scrypt with a salt each, in the thread pool. The stored text names its parameters, so they can
 * be raised later; a password stored with others is hashed anew at the next sign-in.
 */
export interface PasswordHasher {
  hash(password: string): Promise<string>;
  /** `stale`: right, but stored with other parameters than those of today. */
  verify(password: string, stored: string): Promise<'right' | 'stale' | 'wrong'>;
  /** Takes the time of `verify` and is always wrong: unknown names must not be told by the clock. */
  pretend(password: string): Promise<void>;
}

interface Parameters {
  readonly n: number;
  readonly r: number;
  readonly p: number;
}
const today: Parameters = { n: 2 ** 15, r: 8, p: 1 };
const keyLength = 32;
/** Each takes 32 MiB for the time it runs, so few run at once and the rest wait. */
const atOnce = 2;

const derive = (password: string, salt: Buffer, { n, r, p }: Parameters): Promise<Buffer> => {
  const options: ScryptOptions = { N: n, r, p, maxmem: 256 * n * r };
  return new Promise((resolve, reject) =>
    scrypt(password, salt, keyLength, options, (error, key) => (error ? reject(error) : resolve(key))),
  );
};

const stored = /^\$scrypt\$n=(\d{1,8}),r=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]{8,64})\$([A-Za-z0-9+/]{16,128})$/;

/** `parameters` is for tests, where 32 MiB a password would be slow. */
export function createPasswordHasher(parameters: Parameters = today): PasswordHasher {
  let running = 0;
  const waiting: (() => void)[] = [];
  const dummySalt = randomBytes(16);

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (running >= atOnce) await new Promise<void>((go) => waiting.push(go));
    else running++;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  }

  return {
    async hash(password) {
      const salt = randomBytes(16);
      const key = await inTurn(() => derive(prepared(password), salt, parameters));
      const text = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '');
      return `$scrypt$n=${parameters.n},r=${parameters.r},p=${parameters.p}$${text(salt)}$${text(key)}`;
    },
    async verify(password, text) {
      const parts = stored.exec(text);
      if (!parts) return 'wrong';
      const used = { n: Number(parts[1]), r: Number(parts[2]), p: Number(parts[3]) };
      const wanted = Buffer.from(parts[5] ?? '', 'base64');
      const key = await inTurn(() => derive(prepared(password), Buffer.from(parts[4] ?? '', 'base64'), used));
      if (wanted.length !== key.length || !timingSafeEqual(key, wanted)) return 'wrong';
      return used.n === parameters.n && used.r === parameters.r && used.p === parameters.p ? 'right' : 'stale';
    },
    async pretend(password) {
      await inTurn(() => derive(prepared(password), dummySalt, parameters));
    },
  };
}

/** OpaqueString (RFC 8265 §4) where the text can be prepared, so that two keyboards give the same password; refused text was refused when it was set. */
const prepared = (password: string): string => prepareOpaque(password) ?? password;

/** Passwords on every list an attacker tries first. */
const tooCommon = new Set([
  'password',
  'password1',
  'password123',
  'passw0rd',
  '12345678',
  '123456789',
  '1234567890',
  'qwertyui',
  'qwertyuiop',
  'iloveyou',
  'administrator',
  'adminadmin',
  'admin123',
  'admin1234',
  'letmein1',
  'welcome1',
  'changeme',
  'changeit',
  'rollcall',
  'rollcall1',
  '11111111',
  '00000000',
  'abcdefgh',
  'abc12345',
]);

/** Null when the password may be used; else the sentence that says why not. */
export function passwordProblem(password: string, username: string): string | null {
  if (Buffer.byteLength(password) > 1024) return 'The password is longer than 1,024 bytes.';
  if (prepareOpaque(password) === null) return 'The password is empty or holds control characters.';
  if ([...password].length < 8) return 'The password needs at least 8 characters.';
  const plain = password.toLowerCase();
  if (username !== '' && (plain === username.toLowerCase() || plain === [...username.toLowerCase()].reverse().join('')))
    return 'The password must not be the user name.';
  if (new Set(plain).size < 3) return 'The password repeats one or two characters.';
  return tooCommon.has(plain) ? 'This password is among the first an attacker tries. Choose another.' : null;
}
