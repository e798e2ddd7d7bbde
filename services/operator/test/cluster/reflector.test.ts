import assert from 'node:assert/strict';
import { silentLogger } from '@spectral/common';
import { ClusterError, type Existing, type KubeObject } from '../../src/cluster/index.ts';
import { startReflector, type SourceEvent, type WatchSource } from '../../src/cluster/reflector.ts';
import { anObject } from '../support/an-object.ts';
import { afterTest, cleanUpAfterEach } from '../support/clean-up.ts';
import { fakeTimers, settled } from '../support/fake-timers.ts';
import { hearChanges } from '../support/heard-changes.ts';

type Follow = WatchSource<KubeObject>['follow'];

describe('reflector', () => {
  cleanUpAfterEach();

  it('follows from where the list ended, then from the last event, bookmarks included', async () => {
    const { asked, timers } = startScript({
      lists: [[anObject('a')]],
      follows: [
        stream({ type: 'present', object: anObject('b'), version: '11' }),
        stream({ type: 'bookmark', version: '20' }),
        stream(),
      ],
    });

    await timers.advance(60_000);

    assert.deepEqual(asked.slice(0, 4), ['list', 'from 10', 'from 11', 'from 20']);
  });

  it('lists again only when the version is forgotten, and tells only what differs', async () => {
    const changed = anObject('b', { resourceVersion: '2' });
    const remade = anObject('c', { uid: 'another' });
    const { asked, heard, timers } = startScript({
      lists: [
        [anObject('a'), anObject('b'), anObject('c'), anObject('d')],
        [changed, remade, anObject('d'), anObject('e')],
      ],
      follows: [fails('unreachable'), fails('gone')],
    });

    await timers.advance(60_000);

    assert.deepEqual(asked.slice(0, 4), ['list', 'from 10', 'from 10', 'list']);
    assert.deepEqual(heard, ['+a', '+b', '+c', '+d', 'synced', '-a', '~b', '-c', '+c', '+e']);
  });

  it('an event that tells nothing new is not told', async () => {
    const { heard, timers } = startScript({
      lists: [[anObject('a')]],
      follows: [
        stream(
          { type: 'present', object: anObject('a'), version: '11' },
          { type: 'absent', name: 'never', version: '12' },
        ),
      ],
    });

    await timers.advance(0);

    assert.deepEqual(heard, ['+a', 'synced']);
  });

  it('an object that comes back under its name with another uid was removed in between', async () => {
    const { heard, timers } = startScript({
      lists: [[anObject('a')]],
      follows: [stream({ type: 'present', object: anObject('a', { uid: 'another' }), version: '11' })],
    });

    await timers.advance(0);

    assert.deepEqual(heard, ['+a', 'synced', '-a', '+a']);
  });

  it('goes on for ever without rights or server, at most every thirty seconds', async () => {
    const { asked, timers } = startScript({ lists: [], follows: [] });

    await timers.advance(600_000);

    assert.ok(asked.length >= 20 && asked.length <= 60, `${asked.length} attempts in ten minutes`);
  });

  it('a server that ends every watch at once is not hammered', async () => {
    const ends = Array.from({ length: 1_000 }, () => stream());
    const { asked, timers } = startScript({ lists: [[]], follows: ends });

    await timers.advance(600_000);

    assert.ok(asked.length <= 60, `${asked.length} watches in ten minutes`);
  });

  it('is in step again after an outage', async () => {
    const { heard, timers } = startScript({
      lists: ['unreachable', 'forbidden', [anObject('a')]],
      follows: [],
    });

    await timers.advance(60_000);

    assert.deepEqual(heard, ['+a', 'synced']);
  });

  it('closed while it lists, it tells nothing', async () => {
    const { heard, watch } = startScript({ lists: [[anObject('a')]], follows: [] });

    watch.close();
    await settled();

    assert.deepEqual(heard, []);
  });
});

/** A source that answers from a script, and fails as unreachable once it is over. */
function startScript(script: {
  lists: (readonly Existing<KubeObject>[] | 'unreachable' | 'forbidden')[];
  follows: Follow[];
}) {
  const asked: string[] = [];
  const timers = fakeTimers();
  const { heard, listener } = hearChanges<KubeObject>();
  const source: WatchSource<KubeObject> = {
    async list() {
      asked.push('list');
      const answer = script.lists.shift() ?? 'unreachable';
      if (typeof answer === 'string') throw new ClusterError(answer, 'as scripted');
      return { objects: answer, version: '10' };
    },
    follow(version, signal) {
      asked.push(`from ${version}`);
      return (script.follows.shift() ?? fails('unreachable'))(version, signal);
    },
  };
  const watch = startReflector(source, listener, { timers, random: () => 0.9, log: silentLogger() });
  afterTest(() => watch.close());
  return { asked, heard, timers, watch };
}

function stream(...events: SourceEvent<KubeObject>[]): Follow {
  return async function* () {
    yield* events;
  };
}

function fails(code: 'gone' | 'unreachable'): Follow {
  return async function* () {
    yield* [];
    throw new ClusterError(code, 'as scripted');
  };
}
