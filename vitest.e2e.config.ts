import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Conversations with a real server over real sockets, and real clients. One server a file; files one after another: they measure time. */
export default defineConfig({
  resolve: { alias: { '@': fileURLToPath(new URL('.', import.meta.url)).replace(/\/$/, '') } },
  test: {
    name: 'e2e',
    include: ['bench/**/*.test.ts', 'e2e/**/*.test.ts', 'e2e/wire/**/*.spec.ts'],
    testTimeout: 60_000,
    // The first start on a fresh clone builds the console.
    hookTimeout: 300_000,
    pool: 'forks',
    fileParallelism: false,
  },
});
