import { strict as assert } from 'node:assert';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runBind, runUnbind } from '../../src/commands/bind.ts';
import { linkFileOf, readLink } from '../../src/settings/link-file.ts';
import { useCleanUp } from '../support/clean-up.ts';
import { keptStream } from '../support/serving-daemon.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

describe('binding a project', () => {
  const defer = useCleanUp();

  it('writes the link file in the root of the repository around the directory', () => {
    const root = temporaryDirectory(defer);
    const inside = join(root, 'a', 'b');
    mkdirSync(join(root, '.git'));
    mkdirSync(inside, { recursive: true });

    assert.equal(runBind(['prj_1'], { stdout: keptStream(), directory: inside }), 0);

    assert.equal(readLink(root), 'prj_1');
    assert.match(readFileSync(linkFileOf(root), 'utf8'), /^\/\/ /);
  });

  it('keeps comments and other fields when bound again, and goes when unbound', () => {
    const root = temporaryDirectory(defer);
    mkdirSync(dirname(linkFileOf(root)));
    writeFileSync(
      linkFileOf(root),
      '{\n  // the team board\n  "studioProjectId": "old",\n  "colour": "blue",\n}\n',
    );

    runBind(['new'], { stdout: keptStream(), directory: root });

    assert.equal(readLink(root), 'new');
    assert.match(readFileSync(linkFileOf(root), 'utf8'), /the team board[^]*"colour": "blue"/);
    assert.equal(runUnbind([], { stdout: keptStream(), directory: root }), 0);
    assert.equal(runUnbind([], { stdout: keptStream(), directory: root }), 0);
    assert.ok(!existsSync(linkFileOf(root)));
    assert.equal(readLink(root), null);
  });

  it('refuses anything but one id', () => {
    for (const args of [[], ['a', 'b'], ['--force']]) {
      assert.throws(
        () => runBind(args, { stdout: keptStream(), directory: '/' }),
        /bind expects one project id/,
      );
    }
  });
});
