import assert from 'node:assert/strict';
import { nextConditions, timeOf, timeText } from '../../src/plan/conditions.ts';
import { NOW, at } from '../support/facts.ts';

const working = { type: 'Ready', status: 'True', reason: 'Connected' } as const;
const broken = { type: 'Ready', status: 'False', reason: 'CrashLoop' } as const;

describe('conditions', () => {
  it('the time of a condition moves when its status changes and stays when only its reason does', () => {
    const first = nextConditions(undefined, [broken], { generation: 1, now: NOW - 9_000 });
    const other = nextConditions(first, [{ ...broken, reason: 'OOMKilled' }], { generation: 2, now: NOW });
    const better = nextConditions(other, [working], { generation: 2, now: NOW });

    assert.deepEqual([first[0]?.lastTransitionTime, other[0]?.lastTransitionTime], [at(9), at(9)]);
    assert.deepEqual([better[0]?.lastTransitionTime, better[0]?.observedGeneration], [at(0), 2]);
  });

  it('without a message of its own a condition says what its reason means', () => {
    const [condition] = nextConditions(undefined, [working], { generation: 1, now: NOW });
    assert.equal(condition?.message, 'The relay sees the machine.');
  });

  it('a message is cut to what the schema takes', () => {
    const long = { ...broken, message: 'x'.repeat(5_000) };
    assert.equal(nextConditions(undefined, [long], { generation: 1, now: NOW })[0]?.message?.length, 1_024);
  });

  it('times are whole seconds, and an absent one is none', () => {
    assert.equal(timeText(NOW + 999), '2026-11-21T12:00:00Z');
    assert.deepEqual([timeOf(timeText(NOW)), timeOf(undefined), timeOf('soon')], [NOW, null, null]);
  });
});
