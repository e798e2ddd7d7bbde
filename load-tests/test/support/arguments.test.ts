import assert from 'node:assert/strict';
import { numberArgument } from '../../src/support/arguments.ts';

describe('numbers on the command line', () => {
  it('are read after their name, or are the fallback', () => {
    assert.equal(numberArgument('sockets', 60, ['rolling-restart', '--sockets', '600']), 600);
    assert.equal(numberArgument('sockets', 60, ['rolling-restart']), 60);
  });

  it('are refused by name when they are none', () => {
    assert.throws(() => numberArgument('sockets', 60, ['--sockets', 'many']), /--sockets expects .* "many"/);
    assert.throws(() => numberArgument('sockets', 60, ['--sockets']), /--sockets expects/);
  });
});
