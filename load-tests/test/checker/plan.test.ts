import assert from 'node:assert/strict';
import fc from 'fast-check';
import { FAULT_KINDS, planFaults, type PlannedFault } from '../../src/checker/plan.ts';

const SIZE = { seconds: 120, relays: 3, machines: 3, readers: 6 };

describe('the plan of faults', () => {
  it('is the same for the same seed, and another for another', () => {
    assert.deepEqual(planFaults({ ...SIZE, seed: 4 }), planFaults({ ...SIZE, seed: 4 }));
    assert.notDeepEqual(planFaults({ ...SIZE, seed: 4 }), planFaults({ ...SIZE, seed: 5 }));
  });

  it('holds every kind of fault in two minutes', () => {
    const kinds = new Set(planFaults({ ...SIZE, seed: 1 }).map(({ kind }) => kind));

    assert.deepEqual([...kinds].toSorted(), FAULT_KINDS.toSorted());
  });

  it('is over in time, strikes nothing twice at once, and leaves a relay unharmed', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const plan = planFaults({ ...SIZE, seed });
        for (const fault of plan) {
          assert.ok(fault.atMs + fault.ms <= SIZE.seconds * 1000);
          const struck = plan.filter((other) => other !== fault && isDuring(other, fault));
          assert.ok(
            struck.every((other) => partOf(other) !== partOf(fault) || other.target !== fault.target),
          );
          const relays = [fault, ...struck].filter((each) => partOf(each) === 'relay');
          assert.ok(new Set(relays.map(({ target }) => target)).size < SIZE.relays);
        }
      }),
      { numRuns: 50 },
    );
  });
});

/** Whether `other` lasts at the moment `fault` begins. */
function isDuring(other: PlannedFault, fault: PlannedFault): boolean {
  return other.atMs <= fault.atMs && fault.atMs < other.atMs + other.ms;
}

function partOf({ kind }: PlannedFault): string {
  return kind.split('-')[0] ?? '';
}
