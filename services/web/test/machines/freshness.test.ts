import assert from 'node:assert/strict';
import type { ConnectionState } from '@spectral/proto/client';
import { freshnessOf, unreachableBecause } from '../../src/machines/freshness.ts';

const NOW = Date.parse('2026-11-21T10:00:00Z');
const live: ConnectionState = { kind: 'live', since: NOW, lastHeardAt: NOW };
const lost = (since: number): ConnectionState => ({
  kind: 'reconnecting',
  attempt: 1,
  retryAt: NOW,
  since,
  lastHeardAt: since,
});
const offline: ConnectionState = {
  kind: 'machine-offline',
  lastSeenAt: '2026-11-21T07:00:00Z',
  since: NOW,
  lastHeardAt: NOW,
};

describe('freshness', () => {
  it('is live when link and channel are', () => {
    assert.deepEqual(freshnessOf(live, { kind: 'live' }, NOW), { tone: 'live', text: 'live' });
    assert.equal(freshnessOf(live, { kind: 'behind', since: NOW }, NOW).text, 'catching up …');
  });

  it('a break is told after a moment, with the age of what is shown', () => {
    assert.equal(freshnessOf(lost(NOW - 500), null, NOW).tone, 'live');
    assert.equal(freshnessOf(lost(NOW - 5 * 60_000), null, NOW).text, 'reconnecting … as of 5 min ago');
  });

  it('an offline machine is told with when it was last seen', () => {
    assert.equal(freshnessOf(offline, null, NOW).text, 'offline, last seen 3 h ago');
  });

  it('a machine of a fleet that is not there is told with its phase, unless it should be there', () => {
    const fleet = { pool: 'p', phase: 'asleep', reason: '', message: '' } as const;

    assert.deepEqual(freshnessOf(offline, null, NOW, fleet), { tone: 'off', text: 'asleep' });
    assert.deepEqual(freshnessOf(offline, null, NOW, { ...fleet, phase: 'waking' }), {
      tone: 'wait',
      text: 'waking up',
    });
    assert.match(freshnessOf(offline, null, NOW, { ...fleet, phase: 'ready' }).text, /^offline/);
  });

  it('prompts can be sent during a break of the link, not to an offline machine', () => {
    assert.equal(unreachableBecause(live, 'one'), null);
    assert.equal(unreachableBecause(lost(NOW), 'one'), null);
    assert.equal(unreachableBecause(offline, 'one'), 'one is offline.');
  });
});
