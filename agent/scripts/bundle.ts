/**
 * Bundles the `spectral` command into agent/dist: a small entry, one chunk per command loaded when it is called, and
 * the extension pi loads in a terminal. The source runs without it, only slower to start.
 */
import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { build, type BuildOptions, type Metafile } from 'esbuild';

const agent = join(import.meta.dirname, '..');
/** `node agent/scripts/bundle.ts [directory]`; default agent/dist. */
const dist = process.argv[2] ?? join(agent, 'dist');

/** Native modules, and pi, which finds its own files beside its own modules. */
const EXTERNAL = ['better-sqlite3', 'bufferutil', 'utf-8-validate', '@earendil-works/*'];

const options = {
  entryPoints: {
    main: join(agent, 'src/main.ts'),
    'terminal-extension': join(agent, 'src/terminal-extension/main.ts'),
  },
  outdir: dist,
  // Chunks lie beside the entries, so that a file named relative to its module is found from either.
  chunkNames: '[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  // ES modules first: the CommonJS form of some packages asks for its parts in a way no bundler can follow.
  mainFields: ['module', 'main'],
  target: 'node22',
  external: EXTERNAL,
  // CommonJS packages inside the bundle ask for Node's own modules by `require`.
  banner: {
    js: "import { createRequire as spectralRequire } from 'node:module'; const require = spectralRequire(import.meta.url);",
  },
  legalComments: 'linked',
  sourcemap: false,
  metafile: true,
  logLevel: 'warning',
} satisfies BuildOptions;

rmSync(dist, { recursive: true, force: true });
const startedAt = Date.now();
const { metafile } = await build(options);
report(metafile, Date.now() - startedAt);

function report({ outputs }: Metafile, tookMs: number): void {
  const bytes = Object.values(outputs).reduce((sum, output) => sum + output.bytes, 0);
  const entry = statSync(join(dist, 'main.js')).size;
  console.log(
    `agent/dist: ${Object.keys(outputs).length} files, ${kB(bytes)}, of it main.js ${kB(entry)}, in ${tookMs} ms.`,
  );
}

function kB(bytes: number): string {
  return `${Math.round(bytes / 1024)} kB`;
}
