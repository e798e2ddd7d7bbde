import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import { createMetrics, type Metrics } from '../src/metrics.ts';
import { observeProcess } from '../src/process-metrics.ts';

describe('metrics', () => {
  const made: Metrics[] = [];
  const fresh = () => {
    const metrics = createMetrics();
    made.push(metrics);
    return metrics;
  };
  afterEach(async () => {
    await Promise.all(made.splice(0).map((metrics) => metrics.close()));
  });

  it('a counter shows its sum per label set', async () => {
    const metrics = fresh();
    const calls = metrics.counter('gateway_calls', 'Calls');

    calls.add(1, { status: '200' });
    calls.add(2, { status: '200' });
    calls.add(1, { status: '500' });

    const text = await metrics.text();
    assert.match(text, /^gateway_calls_total\{status="200"\} 3$/m);
    assert.match(text, /^gateway_calls_total\{status="500"\} 1$/m);
    assert.match(text, /^# HELP gateway_calls_total Calls$/m);
  });

  it('a histogram counts a duration in its bucket', async () => {
    const metrics = fresh();

    metrics.histogram('gateway_request_seconds', 'Requests').record(0.003);

    const text = await metrics.text();
    assert.match(text, /^gateway_request_seconds_bucket\{le="0.0025"\} 0$/m);
    assert.match(text, /^gateway_request_seconds_bucket\{le="0.005"\} 1$/m);
    assert.match(text, /^gateway_request_seconds_count 1$/m);
  });

  it('plain numbers are read at each scrape, until stopped', async () => {
    const metrics = fresh();
    let open = 2;
    const stop = metrics.observeGauge('relay_sockets', 'Open sockets', () => [
      { value: open, labels: { link: 'machine' } },
    ]);

    const before = await metrics.text();
    open = 5;
    const after = await metrics.text();
    stop();

    assert.match(before, /^relay_sockets\{link="machine"\} 2$/m);
    assert.match(after, /^relay_sockets\{link="machine"\} 5$/m);
  });

  it('two processes in one share no numbers', async () => {
    const [one, other] = [fresh(), fresh()];

    one.counter('gateway_calls', 'Calls').add(7);

    assert.doesNotMatch(await other.text(), /gateway_calls/);
  });

  it('the process tells its memory and CPU time', async () => {
    const metrics = fresh();
    const stop = observeProcess(metrics);

    const text = await metrics.text();
    stop();

    assert.match(text, /^process_resident_memory_bytes \d{7,}$/m);
    assert.match(text, /^process_cpu_seconds_total \d/m);
  });
});
