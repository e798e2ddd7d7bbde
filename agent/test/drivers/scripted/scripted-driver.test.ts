import { strict as assert } from 'node:assert';
import { createScriptedDriver } from '../../../src/drivers/scripted/scripted-driver.ts';
import { stepsOf } from '../../../src/drivers/scripted/script.ts';
import { describeDriver } from '../../contracts/driver.contract.ts';
import { scriptText } from '../../support/serving-daemon.ts';

describeDriver('scripted', async (defer) => {
  const driver = createScriptedDriver();
  defer(() => driver.close());
  return {
    driver,
    modelId: 'scripted/one',
    cwd: '/',
    prompts: {
      answer: (reply) => scriptText([{ text: reply }]),
      useTool: scriptText([
        { text: 'Looking.' },
        { tool: { name: 'ls', result: 'a.txt' } },
        { text: 'Done.' },
      ]),
      endless: scriptText([{ text: 'Thinking' }, { hang: true }]),
      fail: scriptText([{ text: 'x' }, { fail: { code: 'upstream', message: 'the model is away' } }]),
    },
  };
});

describe('a script', () => {
  it('is the first line of the prompt, so that loop mode may add to it', () => {
    assert.deepEqual(stepsOf(`${scriptText([{ waitMs: 5 }])}\n\nThis is iteration 1.`), [{ waitMs: 5 }]);
  });

  it('is an echo for any other prompt, also one that begins with a brace', () => {
    for (const prompt of ['hello', '{not json', '{"script": 7}', '{"script": [{"dance": true}]}']) {
      assert.deepEqual(stepsOf(prompt), [{ text: `You said: ${prompt}`, chunk: 8, everyMs: 0, repeat: 1 }]);
    }
  });
});
