import assert from 'node:assert/strict';
import {
  groupSummary,
  isLooking,
  lineCount,
  lookingSubject,
  shortPath,
  tailOf,
  textArg,
  type ToolView,
} from '../../../src/conversation/tools/tool.ts';

function tool(name: string, args: unknown = {}, patch: Partial<ToolView> = {}): ToolView {
  const quiet = { output: '', omitted: 0, diff: null, startedAt: 0, durationMs: 5 };
  return { id: name, name, args, state: 'done', ...quiet, ...patch };
}

describe('tools', () => {
  it('paths inside the project are shown without it, others whole', () => {
    assert.equal(shortPath('/home/ada/relay/src/a.ts', '/home/ada/relay'), 'src/a.ts');
    assert.equal(shortPath('/home/ada/relay-two/a.ts', '/home/ada/relay'), '/home/ada/relay-two/a.ts');
    assert.equal(shortPath('/etc/hosts', ''), '/etc/hosts');
  });

  it('arguments of the wrong shape are empty, not an error', () => {
    assert.equal(textArg(tool('bash', null), 'command'), '');
    assert.equal(textArg(tool('bash', { command: 7 }), 'command'), '');
    assert.equal(textArg(tool('bash', 'ls'), 'command'), '');
  });

  it('a search names its pattern and its place', () => {
    assert.equal(lookingSubject(tool('grep', { pattern: 'x', path: '/p/src' }), '/p'), 'x in src');
    assert.equal(lookingSubject(tool('read', { path: '/p/a.ts' }), '/p'), 'a.ts');
  });

  it('a group counts what was read, searched and listed', () => {
    assert.equal(groupSummary([tool('read'), tool('read'), tool('grep')]), 'Read 2 files, 1 search');
    assert.equal(groupSummary([tool('grep'), tool('ls')]), '1 search, 1 listing');
  });

  it('a failed look is no part of a group', () => {
    assert.equal(isLooking(tool('read')), true);
    assert.equal(isLooking(tool('read', {}, { state: 'failed' })), false);
    assert.equal(isLooking(tool('bash')), false);
  });

  it('counts lines and takes the last ones', () => {
    assert.equal(lineCount('a\nb\n'), 2);
    assert.equal(lineCount(''), 0);
    assert.equal(tailOf('a\nb\nc\n', 2), 'b\nc');
  });
});
