/** A cluster in memory with as many clients as a test likes. */
import { silentLogger } from '@spectral/common';
import { systemTimers, type Cluster, type Timers } from '../../src/cluster/index.ts';
import { createMemoryCluster } from '../../src/cluster/memory-cluster.ts';
import { createMemoryServer, type MemoryServer } from '../../src/cluster/memory-server.ts';

export interface StartedMemoryCluster {
  readonly namespace: string;
  readonly server: MemoryServer;
  connect(manager: string): Cluster;
}

export function startMemoryCluster(timers: Timers = systemTimers()): StartedMemoryCluster {
  const server = createMemoryServer({ now: timers.now });
  return {
    namespace: 'fleet',
    server,
    connect: (manager) =>
      createMemoryCluster({ server, manager, timers, random: Math.random, log: silentLogger() }),
  };
}
