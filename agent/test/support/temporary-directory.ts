/** A directory for one test. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Defer } from './clean-up.ts';

export function temporaryDirectory(defer: Defer): string {
  const directory = mkdtempSync(join(tmpdir(), 'spectral-agent-'));
  defer(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
