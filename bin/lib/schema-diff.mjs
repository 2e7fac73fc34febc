import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The schema folder as one text, files in order of name. */
export function readSchema(folder) {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.prisma'))
    .sort();
  return names.map((name) => `// ${name}\n${readFileSync(join(folder, name), 'utf8').trim()}\n`).join('\n');
}

const done = (value) => ({ ok: true, value, map: (fn) => done(fn(value)), flatMap: (fn) => fn(value) });

/** The engine keeps its memory in module variables: it can be made once in a process. */
let loaded = null;
async function load() {
  const engineModule = await import('@prisma/schema-engine-wasm/schema_engine_bg');
  const folder = dirname(fileURLToPath(import.meta.resolve('@prisma/schema-engine-wasm/schema_engine_bg')));
  const { instance } = await WebAssembly.instantiate(readFileSync(join(folder, 'schema_engine_bg.wasm')), {
    './schema_engine_bg.js': engineModule,
  });
  engineModule.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
  return engineModule;
}

/**
 * SQL that leads from one schema text to another (`null`: an empty database). Runs the schema engine's WebAssembly with a stand-in
 * for the database, which a comparison of two texts never asks anything but its version.
 */
export async function schemaDiff(from, to) {
  loaded ??= load();
  const engineModule = await loaded;

  const errorRegistry = { consumeError: () => undefined };
  const identity = { provider: 'postgres', adapterName: 'offline', errorRegistry };
  const connection = {
    ...identity,
    getConnectionInfo: () => done({ schemaName: 'public', supportsRelationJoins: false }),
    executeScript: async () => done(undefined),
    dispose: async () => done(undefined),
    executeRaw: async () => done(0),
    queryRaw: async () =>
      done({
        columnNames: ['schema_exists', 'version', 'numeric_version'],
        columnTypes: [5, 7, 0],
        rows: [[true, 'PostgreSQL 15.0', 150000]],
      }),
  };
  const engine = await engineModule.SchemaEngine.new({ datamodels: undefined }, () => undefined, {
    ...identity,
    connect: async () => done(connection),
    connectToShadowDb: async () => done(connection),
  });
  const side = (text) => (text === null ? { tag: 'empty' } : { tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content: text }] });
  const answer = await engine.diff({
    from: side(from),
    to: side(to),
    script: true,
    exitCode: null,
    shadowDatabaseUrl: null,
    filters: { externalTables: [], externalEnums: [] },
  });
  // The schema is there already, and an account without the right to make one could not run the line.
  const sql = (answer.stdout ?? '').replace(/^-- CreateSchema\nCREATE SCHEMA IF NOT EXISTS "public";\n\n/, '');
  return /^\s*-- This is an empty migration/.test(sql) ? '' : sql;
}
