import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StandingQuestion } from '@spectral/common';
import { createStandingDesk } from '../../src/standing/standing-desk.ts';
import { systemTimers } from '../../src/timers.ts';

const machine = (machineId: string) => ({ machineId, registration: 1, keyId: null });
const person = (userId: string) => ({ userId, machineId: 'm', loginId: 'l' });

describe('standing desk', () => {
  it('asks about many at once and gives each their own verdict', async () => {
    const asked: StandingQuestion[] = [];
    const desk = createStandingDesk(async (question) => {
      asked.push(question);
      return {
        machines: question.machines.map(({ machineId }) =>
          machineId === 'm7' ? { reason: 'revoked' } : null,
        ),
        people: question.people.map(({ userId }) => (userId === 'p3' ? { reason: 'forbidden' } : null)),
      };
    }, systemTimers());

    const [machines, people] = await Promise.all([
      Promise.all(Array.from({ length: 50 }, (_, index) => desk.machine(machine(`m${index}`)))),
      Promise.all(Array.from({ length: 50 }, (_, index) => desk.person(person(`p${index}`)))),
    ]);

    assert.equal(asked.length, 1);
    assert.deepEqual(machines[7], { reason: 'revoked' });
    assert.deepEqual(people[3], { reason: 'forbidden' });
    assert.equal([...machines, ...people].filter((verdict) => verdict === null).length, 98);
  });

  it('splits a storm into calls of bounded size', async () => {
    const sizes: number[] = [];
    const desk = createStandingDesk(async ({ machines, people }) => {
      sizes.push(machines.length);
      return { machines: machines.map(() => null), people: people.map(() => null) };
    }, systemTimers());

    await Promise.all(Array.from({ length: 5000 }, (_, index) => desk.machine(machine(`m${index}`))));

    assert.deepEqual(sizes, [2000, 2000, 1000]);
  });

  it('a gateway that fails fails all who asked, and the next question is asked anew', async () => {
    const state = { away: true };
    const desk = createStandingDesk(async () => {
      await sleep(1);
      if (state.away) throw new Error('away');
      return { machines: [null], people: [] };
    }, systemTimers());

    const outcomes = await Promise.allSettled([desk.machine(machine('a')), desk.person(person('b'))]);
    state.away = false;

    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['rejected', 'rejected'],
    );
    assert.equal(await desk.machine(machine('a')), null);
  });

  it('an answer with too few verdicts lets nobody in', async () => {
    const desk = createStandingDesk(async () => ({ machines: [], people: [] }), systemTimers());

    await assert.rejects(desk.machine(machine('a')), /number of verdicts/);
  });
});
