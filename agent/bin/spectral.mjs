#!/usr/bin/env node
// The `spectral` command. Plain JavaScript that parses on Node 18, so that an old Node gets one clear line
// instead of a syntax error (or, from better-sqlite3 13 on Node 20, a crash).
import { existsSync, readFileSync } from 'node:fs';
import * as nodeModule from 'node:module';

const OLDEST_NODE = [22, 19];

if (process.argv[2] === '--version') {
  process.stdout.write(
    `${JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version}\n`,
  );
} else if (isTooOld(process.versions.node)) {
  process.stderr.write(
    `spectral needs Node ${OLDEST_NODE.join('.')} or newer; this is Node ${process.versions.node}. ` +
      'Install a newer one from https://nodejs.org and try again.\n',
  );
  process.exitCode = 1;
} else {
  nodeModule.enableCompileCache?.();
  // The package has no source; in a checkout a build that was left there must not hide the source.
  const source = new URL('../src/main.ts', import.meta.url);
  await import(existsSync(source) ? source.href : new URL('../dist/main.js', import.meta.url).href);
}

function isTooOld(version) {
  const [major, minor] = version.split('.').map(Number);
  return major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1]);
}
