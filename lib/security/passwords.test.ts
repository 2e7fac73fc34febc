import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLog } from '../kernel/log.ts';
import { memoryStores } from '../testing/memory/index.ts';
import { createInitialPassword, ensureFirstOperator } from './first-operator.ts';
import { createPasswordHasher, passwordProblem } from './passwords.ts';
import { readOrMakeSecret } from './secret-file.ts';

const cheap = { n: 1024, r: 8, p: 1 };

describe('operator passwords', () => {
  it('are stored by scrypt with N 2^15, r 8, p 1, a salt each, and verify', async () => {
    const hasher = createPasswordHasher();
    const stored = await hasher.hash('correct horse');
    expect(stored).toMatch(/^\$scrypt\$n=32768,r=8,p=1\$/);
    expect(await hasher.hash('correct horse')).not.toBe(stored);
    expect(await hasher.verify('correct horse', stored)).toBe('right');
    expect(await hasher.verify('correct horsE', stored)).toBe('wrong');
  });

  it('are told as stale when the parameters were raised', async () => {
    const stored = await createPasswordHasher({ n: 512, r: 8, p: 1 }).hash('correct horse');
    expect(await createPasswordHasher(cheap).verify('correct horse', stored)).toBe('stale');
    expect(await createPasswordHasher(cheap).verify('wrong horse', stored)).toBe('wrong');
  });

  it('are wrong when the stored text is damaged', async () => {
    for (const text of ['', 'plain', '$scrypt$n=1,r=1,p=1$x$y']) expect(await createPasswordHasher(cheap).verify('x', text)).toBe('wrong');
  });

  it('do not depend on how an accent was typed', async () => {
    const hasher = createPasswordHasher(cheap);
    expect(await hasher.verify('caf\u0065\u0301 au lait', await hasher.hash('caf\u00e9 au lait'))).toBe('right');
  });

  it('are hashed all, few at a time', async () => {
    const hasher = createPasswordHasher(cheap);
    const stored = await Promise.all(Array.from({ length: 8 }, (_, i) => hasher.hash(`password ${i}`)));
    expect(new Set(stored).size).toBe(8);
  });

  it.each([
    ['short', 'ana', 'The password needs at least 8 characters.'],
    ['Anastasia1', 'anastasia1', 'The password must not be the user name.'],
    ['1aisatsana', 'anastasia1', 'The password must not be the user name.'],
    ['abababababab', 'ana', 'The password repeats one or two characters.'],
    ['Password123', 'ana', 'This password is among the first an attacker tries. Choose another.'],
    ['x'.repeat(1025), 'ana', 'The password is longer than 1,024 bytes.'],
    ['', 'ana', 'The password is empty or holds control characters.'],
    ['nul\u0000 inside it', 'ana', 'The password is empty or holds control characters.'],
  ])('refuse %j', (password, username, why) => {
    expect(passwordProblem(password, username)).toBe(why);
  });

  it('accept a plain sentence', () => {
    expect(passwordProblem('correct horse battery', 'ana')).toBeNull();
  });
});

describe('the first administrator', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rollcall-first-'));
  });
  afterAll(() => rm(folder, { recursive: true }));
  const passwords = createPasswordHasher(cheap);

  it('gets a generated password, kept in a file that only the server can read, once', async () => {
    const { operators } = memoryStores();
    const initialPassword = createInitialPassword(join(folder, 'a'));
    const deps = { operators, passwords, initialPassword, username: 'admin', password: null, log: silentLog };
    const { made, generatedPassword } = await ensureFirstOperator(deps);
    expect(made).toBe(true);
    expect((await stat(initialPassword.path)).mode & 0o777).toBe(0o600);
    expect((await readFile(initialPassword.path, 'utf8')).trim()).toBe(generatedPassword);
    const operator = await operators.byUsername('admin');
    expect(operator?.role).toBe('administrator');
    expect(await passwords.verify(generatedPassword ?? '', operator?.passwordHash ?? '')).toBe('right');
    expect(await ensureFirstOperator(deps)).toEqual({ made: false, generatedPassword: null });
    expect(await initialPassword.read()).toBe(generatedPassword);
    await initialPassword.forget();
    expect(await initialPassword.read()).toBeNull();
  });

  it('takes the password of the environment without writing it anywhere', async () => {
    const { operators } = memoryStores();
    const initialPassword = createInitialPassword(join(folder, 'b'));
    const done = await ensureFirstOperator({
      operators,
      passwords,
      initialPassword,
      username: 'root',
      password: 'correct horse',
      log: silentLog,
    });
    expect(done).toEqual({ made: true, generatedPassword: null });
    expect(await initialPassword.read()).toBeNull();
  });

  it('keeps one secret per installation', async () => {
    const secret = await readOrMakeSecret(folder, 'cookie-secret');
    expect(secret.length).toBeGreaterThanOrEqual(43);
    expect(await readOrMakeSecret(folder, 'cookie-secret')).toBe(secret);
    expect((await stat(join(folder, 'cookie-secret'))).mode & 0o777).toBe(0o600);
  });
});
