/** The master key, from the settings or from a file that only its owner may read. */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { MASTER_KEY_BYTES } from './sealer.ts';

export type MasterKeyPlace =
  { readonly base64: string } | { readonly file: string; readonly create: boolean };

/** Reads the key; with `create`, a missing file is made with a fresh one (mode 0600). Throws when it is no key. */
export async function loadMasterKey(place: MasterKeyPlace): Promise<Uint8Array> {
  const text = 'base64' in place ? place.base64 : await readKeyFile(place);
  const key = Buffer.from(text.trim(), 'base64');
  if (key.length === MASTER_KEY_BYTES) return key;
  const where = 'base64' in place ? 'the master key' : place.file;
  throw new Error(`${where} holds ${key.length} bytes; expected ${MASTER_KEY_BYTES} bytes in base64`);
}

async function readKeyFile({ file, create }: { file: string; create: boolean }): Promise<string> {
  if (create) await createKeyFile(file);
  return readFile(file, 'utf8');
}

async function createKeyFile(file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  try {
    await writeFile(file, randomBytes(MASTER_KEY_BYTES).toString('base64') + '\n', {
      flag: 'wx',
      mode: 0o600,
    });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}
