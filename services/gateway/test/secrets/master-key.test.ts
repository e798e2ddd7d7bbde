import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { loadMasterKey } from '../../src/secrets/index.ts';

describe('the master key', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'spectral-key-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('comes from the settings', async () => {
    const base64 = Buffer.alloc(32, 9).toString('base64');

    assert.deepEqual(Buffer.from(await loadMasterKey({ base64 })), Buffer.alloc(32, 9));
  });

  it('is made once where it may be, readable by its owner alone', async () => {
    const file = join(directory, 'data', 'master.key');

    const [first, second] = await Promise.all([
      loadMasterKey({ file, create: true }),
      loadMasterKey({ file, create: true }),
    ]);

    assert.deepEqual(first, second);
    assert.deepEqual(first, await loadMasterKey({ file, create: false }));
    assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  it('that is missing or has another length is refused, naming the file', async () => {
    const file = join(directory, 'short.key');
    writeFileSync(file, 'AAAA');

    await assert.rejects(loadMasterKey({ file, create: false }), /short\.key holds 3 bytes; expected 32/);
    await assert.rejects(
      loadMasterKey({ file: join(directory, 'none.key'), create: false }),
      /ENOENT.*none\.key/,
    );
  });
});
