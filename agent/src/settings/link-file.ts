/**
 * The project's link file, `.spectral/link.jsonc` in the project root: JSON with comments that people may edit and
 * commit. It names the Studio project this directory belongs to. Edits keep comments and other fields.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { applyEdits, modify, parse } from 'jsonc-parser';

const FIELD = 'studioProjectId';
const HEADER = '// Links this directory to its Spectral project. Written by `spectral bind`.\n';
const FORMATTING = { formattingOptions: { insertSpaces: true, tabSize: 2 } };

export function linkFileOf(projectRoot: string): string {
  return join(projectRoot, '.spectral', 'link.jsonc');
}

/** The id the directory is bound to, or null: no file, no such field, or a file that cannot be read. */
export function readLink(projectRoot: string): string | null {
  const value: unknown = parse(readText(linkFileOf(projectRoot)) ?? '');
  if (typeof value !== 'object' || value === null || !(FIELD in value)) return null;
  const id = value[FIELD];
  return typeof id === 'string' && id !== '' ? id : null;
}

/** Binds the directory. Returns the file written. Throws the file system's error when it cannot. */
export function writeLink(projectRoot: string, studioProjectId: string): string {
  const file = linkFileOf(projectRoot);
  const text = readText(file) ?? `${HEADER}{}\n`;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, applyEdits(text, modify(text, [FIELD], studioProjectId, FORMATTING)));
  return file;
}

/** Unbinds the directory: the file goes. Returns whether there was one. */
export function removeLink(projectRoot: string): boolean {
  const file = linkFileOf(projectRoot);
  if (!existsSync(file)) return false;
  rmSync(file);
  return true;
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null; // Missing, or not readable to us: not bound either way.
  }
}
