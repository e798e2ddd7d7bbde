import assert from 'node:assert/strict';
import type { Activity, ActivityFrame } from '@spectral/proto/wire';
import { judge, judgeAnswer } from '../../src/fleet/judge.ts';

const IDLE: Activity = { turns: 0, queued: 0, prompts: 9, lastTurnEndedAt: 5, cordon: null };
const CORDONED: Activity = { ...IDLE, cordon: 7 };

describe('the verdict on a machine of a fleet', () => {
  const table: readonly [string, Activity | null, number | undefined, string][] = [
    ['no link, or nothing said on it', null, 7, 'unknown'],
    ['a turn runs', { ...IDLE, turns: 1 }, undefined, 'busy'],
    ['a prompt waits', { ...IDLE, queued: 1 }, undefined, 'busy'],
    ['nothing runs or waits', IDLE, 7, 'idle'],
    ['cordoned, a turn still runs', { ...CORDONED, turns: 1 }, 7, 'busy'],
    ['cordoned, a prompt taken before still waits', { ...CORDONED, queued: 1 }, 7, 'busy'],
    ['cordoned under the asker’s fence and empty', CORDONED, 7, 'drained'],
    ['cordoned under an older fence', CORDONED, 8, 'busy'],
    ['cordoned under a newer fence', CORDONED, 6, 'busy'],
    ['cordoned, for an asker without a fence', CORDONED, undefined, 'drained'],
    ['cordoned under fence 0', { ...IDLE, cordon: 0 }, 0, 'drained'],
  ];
  for (const [what, said, fence, verdict] of table) {
    it(`${what}: ${verdict}`, () => assert.equal(judge(said, fence), verdict));
  }

  const answers: readonly [string, Partial<ActivityFrame> | null, 'cordon' | 'uncordon', string][] = [
    ['no answer in time', null, 'cordon', 'unknown'],
    ['it obeys and is empty', { cordon: 7, fence: 7 }, 'cordon', 'drained'],
    ['it obeys while a turn runs', { cordon: 7, fence: 7, turns: 1 }, 'cordon', 'busy'],
    ['it obeys a newer fence', { cordon: 8, fence: 8 }, 'cordon', 'stale'],
    ['it has seen a newer fence, lifted since', { cordon: null, fence: 8 }, 'cordon', 'stale'],
    ['it says something else than it was told', { cordon: null, fence: 7 }, 'cordon', 'unknown'],
    ['it takes turns again', { cordon: null, fence: 7 }, 'uncordon', 'idle'],
    ['it stays cordoned though told otherwise', { cordon: 7, fence: 7 }, 'uncordon', 'unknown'],
    ['a newer fence holds it', { cordon: 8, fence: 8 }, 'uncordon', 'stale'],
  ];
  for (const [what, said, kind, verdict] of answers) {
    it(`asked to ${kind}, ${what}: ${verdict}`, () => {
      const answer = said && { kind: 'activity' as const, ...IDLE, fence: 0, answers: 1, ...said };

      assert.equal(judgeAnswer(answer, { kind, fence: 7 }), verdict);
    });
  }
});
