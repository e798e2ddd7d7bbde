import assert from 'node:assert/strict';
import fc from 'fast-check';
import { FAULT_KINDS, FAULTS } from '../../src/checker/fault-kinds.ts';
import { planFaults, type PlannedFault } from '../../src/checker/plan.ts';

const SIZE = { seconds: 120, relays: 3, machines: 3, readers: 6, hasFailOver: true, veteran: null };

describe('the plan of faults', () => {
  it('is the same for the same seed, and another for another', () => {
    assert.deepEqual(planFaults({ ...SIZE, seed: 4 }), planFaults({ ...SIZE, seed: 4 }));
    assert.notDeepEqual(planFaults({ ...SIZE, seed: 4 }), planFaults({ ...SIZE, seed: 5 }));
  });

  it('holds every kind of fault in two minutes', () => {
    const kinds = new Set(planFaults({ ...SIZE, seed: 1 }).map(({ kind }) => kind));

    assert.deepEqual([...kinds].toSorted(), FAULT_KINDS.toSorted());
  });

  it('holds every kind many times in half an hour, and spares the veteran of deaths alone', () => {
    const plan = planFaults({ ...SIZE, seconds: 1_800, seed: 2, veteran: 1 });

    for (const kind of FAULT_KINDS) assert.ok(plan.filter((fault) => fault.kind === kind).length >= 9, kind);
    const veteran = plan.filter((fault) => partOf(fault) === 'relay' && fault.target === 1);
    assert.ok(veteran.length > 20);
    assert.ok(veteran.every(({ kind }) => !FAULTS[kind].isDeath));
  });

  it('has no fail-over where there is one server', () => {
    const kinds = planFaults({ ...SIZE, hasFailOver: false, seed: 1 }).map(({ kind }) => kind);

    assert.ok(!kinds.includes('redis-fail-over'));
  });

  it('leaves relays, gateway, Redis, and whoever is watched alone during an outage of Redis', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const plan = planFaults({ ...SIZE, seed });
        const outage = plan.find(({ kind }) => kind === 'redis-outage');
        assert.ok(outage);
        const meanwhile = plan.filter((other) => other !== outage && overlap(other, outage));
        const struck = meanwhile.filter((other) => other.target !== outage.target);
        assert.deepEqual(struck, meanwhile);
        assert.ok(meanwhile.every((other) => ['machine', 'reader'].includes(partOf(other))));
      }),
      { numRuns: 50 },
    );
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

function overlap(one: PlannedFault, other: PlannedFault): boolean {
  return isDuring(one, other) || isDuring(other, one);
}

function partOf({ kind }: PlannedFault): string {
  return FAULTS[kind].part;
}
