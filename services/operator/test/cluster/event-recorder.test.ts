import assert from 'node:assert/strict';
import { silentLogger } from '@spectral/common';
import { ClusterError } from '../../src/cluster/index.ts';
import { createEventRecorder } from '../../src/cluster/event-recorder.ts';
import { events, MAX_MESSAGE, type Occurrence } from '../../src/cluster/event.ts';
import { anObject } from '../support/an-object.ts';
import { fakeTimers } from '../support/fake-timers.ts';
import { startMemoryCluster } from '../support/start-memory-cluster.ts';

const asleep: Occurrence = { type: 'Normal', reason: 'Hibernated', message: 'Idle for an hour.' };

describe('event recorder', () => {
  it('tells what happened to which object', async () => {
    const { recorder, told } = startRecorder();

    recorder.record(anObject('build-1'), asleep);

    const [event] = await told();
    assert.equal(event?.involvedObject.name, 'build-1');
    assert.equal(event?.involvedObject.uid, 'uid-of-build-1');
    assert.deepEqual(
      [event?.type, event?.reason, event?.message, event?.count],
      ['Normal', 'Hibernated', 'Idle for an hour.', 1],
    );
    assert.match(event?.firstTimestamp ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.equal(event?.source.component, 'spectral-operator');
  });

  it('the same again raises the count, at most once a minute', async () => {
    const { recorder, timers, told, server } = startRecorder();

    for (let second = 0; second < 150; second++) {
      recorder.record(anObject('build-1'), asleep);
      await timers.advance(1_000);
    }

    const all = await told();
    assert.deepEqual(
      all.map(({ count }) => count),
      [121],
    );
    assert.equal(server.history.version, 3);
  });

  it('what happens again before it was first written is written once, with its count', async () => {
    const { recorder, told } = startRecorder();

    recorder.record(anObject('build-1'), asleep);
    recorder.record(anObject('build-1'), asleep);

    assert.deepEqual(
      (await told()).map(({ count }) => count),
      [2],
    );
  });

  it('after an hour it is a new event', async () => {
    const { recorder, timers, told } = startRecorder();

    recorder.record(anObject('build-1'), asleep);
    await timers.advance(3_600_000);
    recorder.record(anObject('build-1'), asleep);

    assert.deepEqual(
      (await told()).map(({ count }) => count),
      [1, 1],
    );
  });

  it('an object that something new befalls all the time is told of less and less', async () => {
    const { recorder, timers, told } = startRecorder();

    for (let times = 0; times < 200; times++) {
      recorder.record(anObject('restless'), { ...asleep, message: `for the ${times}th time` });
      await timers.advance(1_000);
    }
    recorder.record(anObject('calm'), asleep);

    const all = await told();
    const restless = all.filter(({ involvedObject }) => involvedObject.name === 'restless');
    assert.ok(restless.length >= 25 && restless.length <= 27, `${restless.length} events`);
    assert.equal(all.length - restless.length, 1);
  });

  it('never fails, and goes on after a refusal', async () => {
    const { recorder, told, refuse } = startRecorder();

    refuse(true);
    recorder.record(anObject('build-1'), asleep);
    await recorder.settled();
    refuse(false);
    recorder.record(anObject('build-2'), asleep);

    assert.deepEqual(
      (await told()).map(({ involvedObject }) => involvedObject.name),
      ['build-2'],
    );
  });

  it('a message as long as a book is cut', async () => {
    const { recorder, told } = startRecorder();

    recorder.record(anObject('build-1'), { ...asleep, message: 'long '.repeat(10_000) });

    assert.equal((await told())[0]?.message.length, MAX_MESSAGE);
  });
});

function startRecorder() {
  const timers = fakeTimers();
  const { server, connect } = startMemoryCluster(timers);
  const cluster = connect('operator');
  let refused = false;
  const recorder = createEventRecorder({
    cluster: {
      async create(...call) {
        if (refused) throw new ClusterError('forbidden', 'no rights');
        return cluster.create(...call);
      },
      mergePatch: cluster.mergePatch,
    },
    component: 'spectral-operator',
    now: timers.now,
    log: silentLogger(),
  });
  const told = async () => {
    await recorder.settled();
    return cluster.list(events, 'fleet');
  };
  return { recorder, timers, server, told, refuse: (now: boolean) => void (refused = now) };
}
