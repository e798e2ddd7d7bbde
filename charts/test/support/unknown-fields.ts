/** Finds fields that a kind of Kubernetes does not have, by letting the compiler read the objects as typed literals. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Manifest } from './helm.ts';

const MODULES = join(dirname(dirname(dirname(import.meta.dirname))), 'node_modules');
const SETTINGS = {
  module: 'nodenext',
  target: 'es2024',
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  types: [],
};

/** What the compiler says of them, one line per fault; empty when every field is known and of its type. */
export async function unknownFields(objects: readonly Manifest[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'spectral-objects-'));
  try {
    symlinkSync(MODULES, join(folder, 'node_modules'));
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    writeFileSync(join(folder, 'objects.ts'), programOf(objects));
    const tsconfig = join(folder, 'tsconfig.json');
    writeFileSync(tsconfig, JSON.stringify({ compilerOptions: SETTINGS, files: ['objects.ts'] }));
    return await compile(tsconfig);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function programOf(objects: readonly Manifest[]): string {
  return objects
    .map((object, index) => {
      const type = `import('kubernetes-models/${object.apiVersion}').I${object.kind}`;
      return `export const object${index}: ${type} = ${JSON.stringify(object)};`;
    })
    .join('\n');
}

function compile(tsconfig: string): Promise<string> {
  const compiler = join(MODULES, 'typescript/bin/tsc');
  return new Promise((resolve) => {
    execFile(process.execPath, [compiler, '-p', tsconfig], { maxBuffer: 16 << 20 }, (_error, stdout) =>
      resolve(stdout.trim()),
    );
  });
}
