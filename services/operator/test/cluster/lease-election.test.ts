import assert from 'node:assert/strict';
import { silentLogger } from '@spectral/common';
import { ClusterError, isClusterError, type Cluster } from '../../src/cluster/index.ts';
import {
  LEASE_MS,
  RENEW_DEADLINE_MS,
  RETRY_MS,
  startLeaseElection,
} from '../../src/cluster/lease-election.ts';
import { leases, nextTransitions } from '../../src/cluster/lease.ts';
import { afterTest, cleanUpAfterEach } from '../support/clean-up.ts';
import { fakeTimers, type FakeTimers } from '../support/fake-timers.ts';
import { startMemoryCluster } from '../support/start-memory-cluster.ts';

describe('lease election', () => {
  cleanUpAfterEach();

  it('the first candidate leads at once, and the second waits', async () => {
    const { timers, candidate } = await startSite();
    const [one, two] = [candidate('one'), candidate('two')];

    await timers.advance(120_000);

    assert.deepEqual([one.leads(), two.leads()], [true, false]);
    assert.deepEqual(one.story, [`leads by ${one.election.fence()}`]);
    assert.deepEqual(two.story, []);
  });

  it('a Lease given back is taken within two retries, under a higher fence', async () => {
    const { timers, candidate } = await startSite();
    const one = candidate('one');
    await timers.advance(0);
    const two = candidate('two');
    await timers.advance(60_000);
    const before = one.election.fence() ?? Number.NaN;

    await one.election.stop();
    assert.equal(one.leads(), false);
    await timers.advance(2 * RETRY_MS);

    assert.ok(two.leads());
    assert.ok((two.election.fence() ?? 0) > before);
    assert.deepEqual(one.story, [`leads by ${before}`]);
  });

  it('a leader that is cut off stops leading before anybody else may take over', async () => {
    const { timers, candidate } = await startSite();
    const one = candidate('one');
    await timers.advance(0);
    const two = candidate('two');
    await timers.advance(20_000);

    one.cut();
    const since = timers.now();
    await until(timers, () => !one.leads());
    const stoppedAfter = timers.now() - since;
    assert.equal(two.leads(), false);
    await until(timers, () => two.leads());
    const takenAfter = timers.now() - since;

    assert.ok(stoppedAfter <= RENEW_DEADLINE_MS, `${stoppedAfter} ms`);
    assert.ok(takenAfter >= LEASE_MS - RETRY_MS && takenAfter <= LEASE_MS + 3 * RETRY_MS, `${takenAfter} ms`);
    assert.deepEqual(one.story.slice(1), ['lost']);
  });

  it('a leader whose calls hang loses in time', async () => {
    const { timers, candidate } = await startSite();
    const one = candidate('one');
    await timers.advance(5_000);

    one.hang();
    await timers.advance(RENEW_DEADLINE_MS);

    assert.equal(one.leads(), false);
    assert.deepEqual(one.story.slice(1), ['lost']);
  });

  it('a process that was stopped and goes on knows by either clock that it no longer leads', async () => {
    const { timers, candidate } = await startSite();
    const suspended = candidate('suspended');
    await timers.advance(5_000);
    const fence = suspended.election.assertLeading();

    suspended.skipMonotonic(RENEW_DEADLINE_MS);

    assert.ok(fence > 0);
    assert.throws(() => suspended.election.assertLeading(), { code: 'not-leading' });
  });

  it('a Lease taken away by hand is lost', async () => {
    const { timers, cluster, candidate } = await startSite();
    const one = candidate('one');
    await timers.advance(5_000);

    await cluster.mergePatch(leases, 'fleet', 'operator', { spec: { holderIdentity: 'somebody' } });
    await timers.advance(RETRY_MS);

    assert.deepEqual(one.story.slice(1), ['lost']);
  });

  it('a change of the Lease by others that leaves the holder costs nothing', async () => {
    const { timers, cluster, candidate } = await startSite();
    const one = candidate('one');

    for (let times = 0; times < 10; times++) {
      await timers.advance(RETRY_MS);
      await cluster.mergePatch(leases, 'fleet', 'operator', {
        metadata: { annotations: { seen: String(times) } },
      });
    }
    await timers.advance(60_000);

    assert.ok(one.leads());
    assert.equal(one.story.length, 1);
  });

  it('of many candidates one leads at any time, whoever is cut off or stops', async () => {
    const { timers, candidate } = await startSite();
    const all = ['a', 'b', 'c', 'd', 'e'].map(candidate);
    const fences: number[] = [];

    for (const [round, leaving] of all.entries()) {
      await timers.advance(round * 777);
      for (let second = 0; second < 40; second++) {
        await timers.advance(1_000);
        const leading = all.filter(({ leads }) => leads());
        assert.ok(leading.length <= 1, 'two lead');
        const fence = leading[0]?.election.fence();
        if (typeof fence === 'number' && fence !== fences.at(-1)) fences.push(fence);
        if (second !== 20) continue;
        if (round % 2 === 0) leaving.cut();
        else await leaving.election.stop();
      }
    }

    assert.ok(fences.length >= 3);
    assert.deepEqual(
      fences,
      [...new Set(fences)].toSorted((one, other) => one - other),
    );
  });

  it('stopping while it waits leaves no timer and no Lease of its own', async () => {
    const { timers, cluster, candidate } = await startSite();
    const one = candidate('one');
    await timers.advance(5_000);

    await one.election.stop();

    const lease = await cluster.get(leases, 'fleet', 'operator');
    assert.equal(lease?.spec.holderIdentity, '');
    assert.equal(timers.waiting, 0);
  });

  it('the fence grows also when the Lease was deleted', async () => {
    const { timers, cluster, candidate } = await startSite();
    const one = candidate('one');
    await timers.advance(0);
    const before = one.election.fence() ?? Number.NaN;

    await cluster.remove(leases, 'fleet', 'operator');
    await timers.advance(60_000);
    const two = candidate('two');
    await timers.advance(0);

    assert.deepEqual(one.story.slice(1), ['lost']);
    assert.ok((two.election.fence() ?? 0) > before);
    assert.equal(nextTransitions(5, 0), 6);
  });

  it('times are written with six digits', async () => {
    const { timers, cluster, candidate } = await startSite();
    candidate('one');
    await timers.advance(0);

    const lease = await cluster.get(leases, 'fleet', 'operator');

    assert.match(lease?.spec.renewTime ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    assert.equal(lease?.spec.leaseDurationSeconds, 15);
  });
});

async function startSite() {
  const timers = fakeTimers();
  const { connect } = startMemoryCluster(timers);
  const candidate = (identity: string) => startCandidate(identity, connect(identity), timers);
  return { timers, cluster: connect('by-hand'), candidate };
}

function startCandidate(identity: string, cluster: Cluster, timers: FakeTimers) {
  const story: string[] = [];
  const line = { state: 'up' as 'up' | 'cut' | 'hung' };
  let skippedMs = 0;
  const election = startLeaseElection({
    cluster: overLine(cluster, line),
    namespace: 'fleet',
    name: 'operator',
    identity,
    timers,
    monotonic: () => timers.now() + skippedMs,
    random: () => 0.5,
    log: silentLogger(),
    acquired: (fence) => story.push(`leads by ${fence}`),
    lost: () => story.push('lost'),
  });
  afterTest(() => {
    line.state = 'cut';
  });
  return {
    election,
    story,
    cut: () => void (line.state = 'cut'),
    hang: () => void (line.state = 'hung'),
    skipMonotonic: (ms: number) => void (skippedMs += ms),
    leads() {
      try {
        election.assertLeading();
        return true;
      } catch (error) {
        assert.ok(isClusterError(error, 'not-leading'));
        return false;
      }
    },
  };
}

function overLine(cluster: Cluster, line: { readonly state: 'up' | 'cut' | 'hung' }) {
  const pass = async () => {
    if (line.state === 'cut') throw new ClusterError('unreachable', 'the line is cut');
    if (line.state === 'hung') await new Promise(() => {});
  };
  const { get, create, mergePatch } = cluster;
  return {
    get: ((...call: Parameters<typeof get>) => pass().then(() => get(...call))) as typeof get,
    create: ((...call: Parameters<typeof create>) => pass().then(() => create(...call))) as typeof create,
    mergePatch: ((...call: Parameters<typeof mergePatch>) =>
      pass().then(() => mergePatch(...call))) as typeof mergePatch,
  };
}

async function until(timers: FakeTimers, holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    assert.ok(tries < 600, 'not within a minute');
    await timers.advance(100);
  }
}
