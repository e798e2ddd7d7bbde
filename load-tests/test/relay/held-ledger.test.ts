import assert from 'node:assert/strict';
import { HeldLedger } from '../../src/relay/held-ledger.ts';

describe('the ledger of held connections', () => {
  it('knows the longest wait for a heartbeat', () => {
    const { ledger, clock } = start();

    ledger.cameUp(1);
    clock.ms = 25_000;
    ledger.heard(1);
    clock.ms = 55_000;
    ledger.heard(1);

    assert.equal(ledger.record().longestSilenceMs, 30_000);
  });

  it('calls lost what ended by itself, and not what was cut', () => {
    const { ledger } = start();

    ledger.cameUp(1);
    ledger.cameUp(2);
    ledger.ended(1);
    ledger.cut();
    ledger.ended(2);

    assert.equal(ledger.record().lost, 1);
    assert.equal(ledger.record().up, 0);
  });

  it('times each one from the cut until it is back, and counts refusals since', () => {
    const { ledger, clock } = start();

    ledger.cameUp(1);
    ledger.cameUp(2);
    ledger.refused('before the cut');
    ledger.cut();
    clock.ms = 3_000;
    ledger.refused('HTTP 503');
    ledger.cameUp(2);
    clock.ms = 4_000;
    ledger.cameUp(1);

    assert.deepEqual(ledger.record().awayMs, [3_000, 4_000]);
    assert.deepEqual(ledger.record().refusals, { 'HTTP 503': 1 });
  });
});

function start() {
  const clock = { ms: 0 };
  return { clock, ledger: new HeldLedger(() => clock.ms) };
}
