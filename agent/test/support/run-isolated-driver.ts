/** A process of its own with the pi driver: one turn with tools, one completion. Told its parts by arguments. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DriverEvent } from '../../src/drivers/driver.ts';
import { createPiDriver } from '../../src/drivers/pi/pi-driver.ts';
import { testModel } from './pi-driver.ts';
import { scripted } from './upstream-script.ts';

const [gatewayUrl = '', stateDir = '', cwd = '', modelId = 'claude-test'] = process.argv.slice(2);
const driver = createPiDriver({
  stateDir,
  env: process.env,
  log: { info() {}, warn: (message, details) => console.error(message, details) },
  now: Date.now,
});
const models = [testModel('claude-test', 'anthropic-messages'), testModel('gpt-test', 'openai-completions')];
driver.configure({ gatewayUrl, machineToken: 'the-machine-token', models });
writeFileSync(join(cwd, 'notes.txt'), 'a note\n');

const settled = Promise.withResolvers<DriverEvent>();
const session = await driver.start({
  sessionId: 'isolated',
  cwd,
  modelId,
  entries: [],
  emit: (event) => event.type === 'settled' && settled.resolve(event),
  saveEntry() {},
});
const content = scripted(
  {
    tools: [
      { name: 'read', args: { path: 'notes.txt' } },
      { name: 'bash', args: { command: 'env' } },
    ],
  },
  { text: 'done' },
);
await session.deliver({ content, images: [], modelId, mode: 'turn' });
console.log(JSON.stringify(await settled.promise));
await driver.complete({
  modelId,
  system: 'title',
  prompt: 'x',
  maxTokens: 20,
  signal: AbortSignal.timeout(5000),
});
await driver.close();
