/** The version of this command, from its package. */
import { readFileSync } from 'node:fs';

export function readVersion(): string {
  const value: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  if (typeof value === 'object' && value !== null && 'version' in value) return String(value.version);
  throw new Error('package.json of the spectral command names no version');
}
