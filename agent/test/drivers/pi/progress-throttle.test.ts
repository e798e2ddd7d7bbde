import assert from 'node:assert/strict';
import type { DriverEvent } from '../../../src/drivers/driver.ts';
import { createProgressThrottle } from '../../../src/drivers/pi/progress-throttle.ts';
import { waitUntil } from '../../support/wait-until.ts';

const progress = (text: string, toolCallId = 't'): DriverEvent => ({
  type: 'tool_progress',
  messageId: 'm',
  toolCallId,
  text,
});
const result: DriverEvent = {
  type: 'tool_result',
  messageId: 'm',
  toolCallId: 't',
  isError: false,
  text: 'all',
  omitted: 0,
  durationMs: 1,
};

describe('progress of tools', () => {
  it('is told at once, then at most once per interval, the last one always', async () => {
    const told: DriverEvent[] = [];
    const throttle = createProgressThrottle((event) => told.push(event), 20);

    for (const text of ['1', '2', '3']) throttle.take(progress(text));
    assert.deepEqual(told, [progress('1')]);

    await waitUntil('the last one is told', () => told.length === 2);
    assert.deepEqual(told, [progress('1'), progress('3')]);
    throttle.stop();
  });

  it('is overtaken by its result, and holds up nothing else', async () => {
    const told: DriverEvent[] = [];
    const throttle = createProgressThrottle((event) => told.push(event), 10);

    for (const event of [progress('1'), progress('2'), progress('x', 'other'), result]) throttle.take(event);
    await new Promise((resolve) => setTimeout(resolve, 40));

    assert.deepEqual(told, [progress('1'), progress('x', 'other'), result]);
    throttle.stop();
  });
});
