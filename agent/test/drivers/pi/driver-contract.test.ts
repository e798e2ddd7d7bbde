/** pi against what every driver promises, once per dialect. */
import { modelApi } from '@spectral/proto/wire';
import { describeDriver } from '../../contracts/driver.contract.ts';
import { MODEL_OF, newDirectory, startPiDriver } from '../../support/pi-driver.ts';
import { scripted } from '../../support/upstream-script.ts';
import { startUpstream } from '../../support/upstream.ts';

for (const api of modelApi.options) {
  describeDriver(`pi (${api})`, async (defer) => ({
    driver: startPiDriver(defer, await startUpstream(defer)),
    modelId: MODEL_OF[api],
    cwd: newDirectory(defer, 'project'),
    prompts: {
      answer: (reply) => scripted({ text: reply, chunk: 3 }),
      useTool: scripted(
        { text: 'I look', tools: [{ name: 'bash', args: { command: 'ls' } }] },
        { text: 'seen' },
      ),
      endless: scripted({ text: 'word ', repeat: 20_000, chunk: 5, delayMs: 5 }),
      fail: scripted({ status: 403 }),
    },
  }));
}
