import assert from 'node:assert/strict';
import { createRateLedger } from '../../src/sockets/rate-ledger.ts';

const LIMITS = { framesPerSecond: 10, bytesPerSecond: 10_000 };

describe('rate ledger', () => {
  it('keeps each key within its own limits', () => {
    const ledger = createRateLedger(LIMITS, () => 0);

    const waits = Array.from({ length: 25 }, () => ledger.charge('busy', 1));

    assert.equal(waits.filter((wait) => wait === 0).length, 20);
    assert.equal(ledger.charge('other', 1), 0);
  });

  it('what it does not admit is not owed', () => {
    const clock = { now: 0 };
    const ledger = createRateLedger(LIMITS, () => clock.now);
    for (let frame = 0; frame < 1_000; frame++) ledger.admit('busy', 1);

    clock.now = 100;

    assert.equal(ledger.admit('busy', 1), 0);
    assert.ok(ledger.charge('busy', 1) > 0);
  });

  it('forgets whoever is quiet, and remembers whoever owes', () => {
    const clock = { now: 0 };
    const ledger = createRateLedger(LIMITS, () => clock.now);
    for (let frame = 0; frame < 100_000; frame++) ledger.charge('flood', 1);

    for (let key = 0; key < 10_000; key++) {
      clock.now += 10;
      ledger.charge(`key ${key}`, 1);
    }

    assert.ok(ledger.size < 200, `${ledger.size} are remembered`);
    assert.ok(ledger.charge('flood', 1) > 0);
  });
});
