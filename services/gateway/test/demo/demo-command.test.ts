import assert from 'node:assert/strict';
import { demoCommandIn } from '../../src/demo/demo-command.ts';

describe('demo commands', () => {
  const cases: [prompt: string, command: object | null][] = [
    ['hello', null],
    ['a demo: of what you can do', null],
    ['demo: stream 11000 450', { name: 'stream', chars: 11_000, pieces: 450, everyMs: null }],
    ['demo: stream 100 10 5', { name: 'stream', chars: 100, pieces: 10, everyMs: 5 }],
    ['please\ndemo: tool-argument 100000', { name: 'tool-argument', chars: 100_000 }],
    ['demo: fail', { name: 'fail', status: 529, times: 0 }],
    ['demo: fail 429 1', { name: 'fail', status: 429, times: 1 }],
    ['demo: fail 7', { name: 'fail', status: 400, times: 0 }],
    ['demo: cut 3', { name: 'cut', pieces: 3 }],
    ['demo: slow', { name: 'slow', everyMs: 1_000 }],
    ['demo: wait 250', { name: 'wait', ms: 250 }],
    ['demo: run sleep 5 && echo ok', { name: 'run', command: 'sleep 5 && echo ok' }],
    ['demo: run', null],
    ['demo: say exactly this', { name: 'say', text: 'exactly this' }],
    ['demo: loop-done after 2', { name: 'loop-done', after: 2 }],
    ['demo: stream 99999999999 1', { name: 'stream', chars: 5_000_000, pieces: 1, everyMs: null }],
    ['demo: dance', null],
  ];
  for (const [prompt, command] of cases) {
    it(`“${prompt.replace('\n', ' ')}” is ${command ? JSON.stringify(command) : 'none'}`, () => {
      assert.deepEqual(demoCommandIn(prompt), command);
    });
  }
});
