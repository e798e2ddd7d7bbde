import assert from 'node:assert/strict';
import { leastBusy } from '../../src/relay/balancer.ts';

describe('the balancer', () => {
  it('gives a connection to the ready target with the fewest', () => {
    const target = leastBusy([
      { url: 'busy', isReady: true, connections: 2 },
      { url: 'leaving', isReady: false, connections: 0 },
      { url: 'idle', isReady: true, connections: 1 },
    ]);

    assert.equal(target?.url, 'idle');
  });

  it('gives it to nobody when none is ready', () => {
    assert.equal(leastBusy([{ url: 'leaving', isReady: false, connections: 0 }]), undefined);
  });
});
