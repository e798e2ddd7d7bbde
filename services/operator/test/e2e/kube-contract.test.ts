// The contract of a cluster on a real API server, and the traps that only a real one can show.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { silentLogger } from '@spectral/common';
import { systemTimers } from '../../src/cluster/index.ts';
import { kubeconfigAccess } from '../../src/cluster/kube-config-access.ts';
import { createKubeCluster } from '../../src/cluster/kube-cluster.ts';
import { startLeaseElection } from '../../src/cluster/lease-election.ts';
import { clusterContract } from '../contracts/cluster.contract.ts';
import { startApiServer, type ApiServer } from '../support/api-server.ts';
import { afterTest, cleanUpAfterEach } from '../support/clean-up.ts';
import { hearChanges } from '../support/heard-changes.ts';
import { aConfigMap, configMaps, type ConfigMap } from '../support/probe-kinds.ts';
import { until } from '../support/until.ts';

const START_LIMIT_MS = 90_000;

describe('on a real API server', () => {
  let server: ApiServer;
  before(async function () {
    this.timeout(START_LIMIT_MS);
    server = await startApiServer();
  });
  after(async function () {
    this.timeout(START_LIMIT_MS);
    await server?.stop();
  });

  const startNamespace = async () => {
    const namespace = `contract-${randomUUID().slice(0, 8)}`;
    await server.admin.create('/api/v1/namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: namespace },
    });
    await until('the account that pods run as', () => hasAccount(namespace));
    return { namespace, connect };
  };
  /** A controller makes it, and another one its token. */
  const hasAccount = async (namespace: string) => {
    const accounts = await server.admin.list(`/api/v1/namespaces/${namespace}/serviceaccounts`);
    return accounts.some(({ metadata, secrets }) => metadata.name === 'default' && secrets !== undefined);
  };
  const connect = (manager: string) => {
    const access = kubeconfigAccess(server.adminKubeconfig);
    const cluster = createKubeCluster({
      access,
      manager,
      timers: systemTimers(),
      random: Math.random,
      log: silentLogger(),
    });
    afterTest(() => cluster.close());
    return cluster;
  };

  clusterContract('an API server', startNamespace);

  describe('beyond the contract', () => {
    cleanUpAfterEach();

    it('a Lease is taken, given back, and taken by the next one in three seconds', async () => {
      const { namespace } = await startNamespace();
      const led: string[] = [];
      const candidate = (identity: string) => {
        const election = startLeaseElection({
          cluster: connect(identity),
          namespace,
          name: 'operator',
          identity,
          timers: systemTimers(),
          monotonic: () => performance.now(),
          random: Math.random,
          log: silentLogger(),
          acquired: (fence) => led.push(`${identity} ${fence}`),
          lost: () => led.push(`${identity} lost`),
        });
        afterTest(() => election.stop());
        return election;
      };
      const one = candidate('one');
      await until('the first leader', () => led.length === 1);
      const two = candidate('two');
      const fence = one.assertLeading();

      await one.stop();
      await until('the second leader', () => led.length === 2, 4_000);

      assert.ok(two.assertLeading() > fence);
    });

    it('a watch lives through a restart of the API server', async function () {
      this.timeout(START_LIMIT_MS);
      const { namespace } = await startNamespace();
      const cluster = connect('one');
      const { heard, listener } = hearChanges<ConfigMap>();
      const watch = cluster.watch(configMaps, namespace, listener);
      afterTest(() => watch.close());
      await cluster.create(configMaps, aConfigMap(namespace, 'before', {}));
      await until('the first', () => heard.includes('+before'));

      await server.kill();
      await assert.rejects(cluster.create(configMaps, aConfigMap(namespace, 'lost', {})), {
        code: 'unreachable',
      });
      await server.restart();
      await cluster.create(configMaps, aConfigMap(namespace, 'after', {}));
      await until('the second', () => heard.includes('+after'), 40_000);

      assert.deepEqual(
        heard.filter((line) => line !== 'synced'),
        ['+before', '+after'],
      );
    });
  });
});
