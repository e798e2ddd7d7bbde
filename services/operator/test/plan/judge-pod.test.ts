import assert from 'node:assert/strict';
import { judgePod } from '../../src/plan/judge-pod.ts';
import { at, pod, runningSince, waitingFor } from '../support/facts.ts';

const killed = (reason: string) => ({
  ...waitingFor('CrashLoopBackOff', 3),
  containerStatuses: [
    {
      name: 'machine',
      ready: false,
      restartCount: 3,
      state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 40s' } },
      lastState: { terminated: { reason, exitCode: 137 } },
    },
  ],
});
const ended = {
  phase: 'Failed',
  containerStatuses: [
    {
      name: 'machine',
      ready: false,
      restartCount: 0,
      state: { terminated: { reason: 'OOMKilled', exitCode: 137 } },
    },
  ],
};
const targeted = (reason: string) => ({
  phase: 'Failed',
  conditions: [{ type: 'DisruptionTarget', status: 'True', reason }],
});
const silentNode = { ...runningSince(60), conditions: [{ type: 'Ready', status: 'Unknown' }] };

/** What the status says: the process, the trouble, and whether it counts as a failure. */
const TABLE = [
  ['placed nowhere', { phase: 'Pending' }, 'not-started', null, false],
  ['running', runningSince(60), 'running', null, false],
  ['image not to be had', waitingFor('ImagePullBackOff'), 'not-started', 'ImagePull', true],
  [
    'a Secret of the template missing',
    waitingFor('CreateContainerConfigError'),
    'not-started',
    'ContainerConfig',
    true,
  ],
  ['its process ends again and again', killed('Error'), 'down', 'CrashLoop', true],
  ['its process is killed for memory again and again', killed('OOMKilled'), 'down', 'OOMKilled', true],
  ['ended by itself', { phase: 'Failed' }, 'over', 'ProcessEnded', true],
  ['ended for memory', ended, 'over', 'OOMKilled', true],
  ['evicted', { phase: 'Failed', reason: 'Evicted' }, 'over', 'Evicted', false],
  ['its node shut down', { phase: 'Failed', reason: 'Terminated' }, 'over', 'NodeLost', false],
  ['preempted', targeted('PreemptionByScheduler'), 'over', 'Preempted', false],
  ['drained from its node', targeted('EvictionByEvictionAPI'), 'over', 'Evicted', false],
  ['on a node that is silent', silentNode, 'unheard', 'NodeLost', false],
] as const;

describe('what a pod says of its process', () => {
  for (const [what, status, process, reason, counts] of TABLE) {
    it(`${what}: ${process}, ${reason ?? 'no trouble'}`, () => {
      const judged = judgePod(pod(structuredClone(status)));
      assert.equal(judged.process, process);
      assert.equal(judged.trouble?.reason ?? null, reason);
      assert.equal(judged.trouble?.counts ?? false, counts);
    });
  }

  it('a message that changes with every try of the kubelet does not pass on', () => {
    assert.equal(judgePod(pod(waitingFor('CrashLoopBackOff', 3))).trouble?.message, '');
  });

  it('says since when the process runs', () => {
    assert.equal(judgePod(pod(runningSince(60))).runsSince, at(60));
    assert.equal(judgePod(pod({ phase: 'Pending' })).runsSince, null);
  });
});
