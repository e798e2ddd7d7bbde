import { clusterContract } from '../contracts/cluster.contract.ts';
import { startMemoryCluster } from '../support/start-memory-cluster.ts';

clusterContract('memory', async () => startMemoryCluster());
