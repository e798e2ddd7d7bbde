/** An operator process: reads the environment, builds the real parts, runs until it is told to stop or loses the lead. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import {
  ConfigError,
  ListenFailed,
  createLogger,
  createMetrics,
  observeProcess,
  stopOnSignal,
} from '@spectral/common';
import { startOperatorProcess } from './app.ts';
import { systemTimers } from './cluster/index.ts';
import type { KubeAccess } from './cluster/kube-access.ts';
import { createKubeCluster } from './cluster/kube-cluster.ts';
import { serviceAccountAccess } from './cluster/kube-service-account.ts';
import { readOperatorConfig, type OperatorConfig } from './config.ts';
import { MANAGER } from './objects/labels.ts';
import { createHttpGateway } from './outside/http-gateway.ts';
import { createHttpRelay } from './outside/http-relay.ts';

/** The gateway and the relay must answer within this; the relay asks machines for up to three seconds. */
const CALL_TIMEOUT_MS = 5_000;
const STOP_LIMIT_MS = 20_000;

try {
  await run(readOperatorConfig(process.env));
} catch (error) {
  const isForPerson = error instanceof ConfigError || error instanceof ListenFailed;
  console.error(isForPerson ? error.message : error);
  process.exit(1);
}

async function run(config: OperatorConfig): Promise<void> {
  const log = createLogger({ service: 'operator', level: config.logLevel });
  const metrics = createMetrics();
  observeProcess(metrics);
  const shared = { timers: systemTimers(), random: Math.random, log };
  const cluster = createKubeCluster({
    ...shared,
    access: await accessOf(config),
    manager: MANAGER,
  });
  const call = { secret: config.operatorSecret, timeoutMs: CALL_TIMEOUT_MS, fetch };
  const operator = await startOperatorProcess(config, {
    ...shared,
    cluster,
    metrics,
    gateway: (leader) => createHttpGateway({ ...call, url: config.gatewayUrl }, leader),
    relay: (leader) => createHttpRelay({ ...call, url: config.relayUrl }, leader),
    identity: `${hostname()}-${randomUUID()}`,
    monotonic: () => performance.now(),
    // Another operator leads now, and this one cannot know what of its own it has undone.
    lost: () => process.exit(1),
  });
  log.info({ url: operator.url, namespaces: config.namespaces }, 'operator listening');
  // A parent that started this process with a channel, such as a test, hears where it listens.
  process.send?.({ type: 'ready', url: operator.url });

  const stop = async () => {
    await operator.close();
    cluster.close();
  };
  stopOnSignal(stop, { limitMs: STOP_LIMIT_MS, log, process });
}

/** The library that reads kubeconfig files is loaded only where there is one. */
async function accessOf({ kubeconfig, serviceAccount }: OperatorConfig): Promise<KubeAccess> {
  if (kubeconfig === null) return serviceAccountAccess(serviceAccount);
  const { kubeconfigAccess } = await import('./cluster/kube-config-access.ts');
  return kubeconfigAccess(kubeconfig);
}
