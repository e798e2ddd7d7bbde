import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ClusterError } from '../../src/cluster/index.ts';
import { createWorkQueue, type Run } from '../../src/cluster/work-queue.ts';
import { fakeTimers, settled } from '../support/fake-timers.ts';

describe('work queue', () => {
  it('a key added many times runs once', async () => {
    const { queue, started } = startQueue();

    queue.add('a');
    for (let times = 0; times < 5; times++) queue.add('b');
    await settled();

    assert.deepEqual(started, ['a', 'b', 'b']);
  });

  it('a key added while it runs, runs once more afterwards', async () => {
    const gate = Promise.withResolvers<void>();
    const { queue, started } = startQueue({ work: () => gate.promise });

    queue.add('a');
    queue.add('a');
    queue.add('a');
    await settled();
    assert.deepEqual(started, ['a']);
    gate.resolve();
    await settled();

    assert.deepEqual(started, ['a', 'a']);
  });

  it('runs no more keys at a time than it was told', async () => {
    const gate = Promise.withResolvers<void>();
    const { queue, started } = startQueue({ work: () => gate.promise, concurrency: 2 });

    for (const key of ['a', 'b', 'c', 'd']) queue.add(key);
    await settled();

    assert.deepEqual(started, ['a', 'b']);
    assert.equal(queue.depth, 2);
    gate.resolve();
    await settled();
    assert.deepEqual(started, ['a', 'b', 'c', 'd']);
  });

  it('a key that fails comes back after waits that double up to five minutes', async () => {
    const { queue, timers, runs, startedAt } = startQueue({ work: () => Promise.reject(new Error('no')) });

    queue.add('a');
    await timers.advance(2_000_000);

    const waits = startedAt.slice(1).map((at, index) => at - (startedAt[index] ?? 0));
    assert.deepEqual(waits.slice(0, 5), [5, 10, 20, 40, 80]);
    assert.equal(waits.at(-1), 300_000);
    assert.equal(runs[3]?.failures, 4);
  });

  it('the count of failures ends with a success', async () => {
    const outcomes = [1, 1, 0, 1];
    const { queue, timers, runs } = startQueue({
      work: () => (outcomes.shift() ? Promise.reject(new Error('no')) : Promise.resolve()),
    });

    queue.add('a');
    await timers.advance(1_000);
    queue.add('a');
    await timers.advance(0);

    assert.deepEqual(runs.map(({ failures }) => failures).slice(0, 4), [1, 2, 0, 1]);
  });

  it('waits as long as the API server asked', async () => {
    const error = new ClusterError('too-many-requests', 'later', { retryAfterMs: 7_000 });
    const { queue, timers, started } = startQueue({ work: () => Promise.reject(error) });

    queue.add('a');
    await timers.advance(6_999);
    assert.equal(started.length, 1);
    await timers.advance(1);

    assert.equal(started.length, 2);
  });

  it('a thousand keys that all fail come back ten a second after the first hundred', async () => {
    const { queue, timers, started } = startQueue({
      work: () => Promise.reject(new Error('no')),
      concurrency: 50,
    });

    for (let key = 0; key < 1_000; key++) queue.add(String(key));
    await timers.advance(10_000);

    const retries = started.length - 1_000;
    assert.ok(retries >= 100 && retries <= 210, `${retries} retries in ten seconds`);
  });

  it('a run says when it is to come back; a run before that decides anew', async () => {
    const answers: (number | undefined)[] = [10_000, 60_000];
    const { queue, timers, started } = startQueue({ work: async () => answers.shift() });

    queue.add('a');
    await timers.advance(5_000);
    queue.add('a');
    await timers.advance(59_999);
    assert.equal(started.length, 2);
    await timers.advance(1);

    assert.equal(started.length, 3);
  });

  it('of two times to come back the earlier one counts', async () => {
    const { queue, timers, startedAt } = startQueue();
    const begin = timers.now();

    queue.addAfter('a', 500);
    queue.addAfter('a', 100);
    queue.addAfter('a', 900);
    await timers.advance(1_000);

    assert.deepEqual(
      startedAt.map((at) => at - begin),
      [100],
    );
  });

  it('closing waits for what runs and starts nothing more', async () => {
    const gate = Promise.withResolvers<void>();
    const { queue, timers, started } = startQueue({ work: () => gate.promise, concurrency: 1 });
    for (const key of ['a', 'b']) queue.add(key);
    queue.add('a');
    queue.addAfter('c', 100);
    await settled();

    const closed = queue.close();
    assert.equal(await Promise.race([closed.then(() => 'closed'), settled()]), undefined);
    gate.resolve();
    await closed;
    await timers.advance(1_000);

    assert.deepEqual(started, ['a']);
    assert.equal(timers.waiting, 0);
  });

  it('whatever is added whenever: no key runs twice at a time, and each addition is followed by a run', async () => {
    const step = fc.record({
      key: fc.constantFrom('a', 'b', 'c', 'd'),
      waitMs: fc.nat(50),
      delayMs: fc.option(fc.nat(200), { nil: null }),
    });
    const takes = fc.infiniteStream(fc.record({ ms: fc.nat(60), fails: fc.boolean() }));

    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 30 }),
        takes,
        fc.integer({ min: 1, max: 3 }),
        async (steps, streams, concurrency) => {
          const timers = fakeTimers();
          const running = new Set<string>();
          const faults: string[] = [];
          const begun: { key: string; at: number }[] = [];
          const queue = createWorkQueue({
            timers,
            concurrency,
            async work(key) {
              // What is thrown here would count as a run that failed.
              if (running.has(key)) faults.push(`${key} runs twice`);
              if (running.size >= concurrency) faults.push('too many run');
              running.add(key);
              begun.push({ key, at: order++ });
              const { value } = streams.next();
              await new Promise<void>((resolve) => void timers.after(value.ms, resolve));
              running.delete(key);
              if (value.fails && begun.length < 100) throw new Error('no');
            },
          });
          let order = 0;
          const added: { key: string; at: number }[] = [];

          for (const { key, waitMs, delayMs } of steps) {
            added.push({ key, at: order++ });
            if (delayMs === null) queue.add(key);
            else queue.addAfter(key, delayMs);
            await timers.advance(waitMs);
          }
          await timers.advance(3_600_000);

          for (const { key, at } of added) {
            assert.ok(
              begun.some((run) => run.key === key && run.at > at),
              `${key} never ran after it was added`,
            );
          }
          assert.equal(running.size, 0);
          assert.deepEqual(faults, []);
        },
      ),
      { numRuns: 60 },
    );
  });
});

function startQueue({
  work = async () => {},
  concurrency = 4,
}: { work?: (key: string) => Promise<number | void>; concurrency?: number } = {}) {
  const timers = fakeTimers();
  const started: string[] = [];
  const startedAt: number[] = [];
  const runs: Run[] = [];
  const queue = createWorkQueue({
    timers,
    concurrency,
    ran: (run) => runs.push(run),
    work(key) {
      started.push(key);
      startedAt.push(timers.now());
      return work(key);
    },
  });
  return { queue, timers, started, startedAt, runs };
}
