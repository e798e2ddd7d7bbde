/** The model door on a port of its own, with memory parts around it. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createMetrics, ServiceError, silentLogger, type Logger } from '@spectral/common';
import { createCallMeter } from '../../src/inference/call-meter.ts';
import type { TeamModels } from '../../src/inference/choose-model.ts';
import { createInferenceDoor, type InferenceDoor } from '../../src/inference/inference-door.ts';
import { newRequestId } from '../../src/inference/request-id.ts';
import { createRunningCalls, type RunningCalls } from '../../src/inference/running-calls.ts';
import {
  createUpstreamPools,
  UPSTREAM_TIMEOUTS,
  type UpstreamTimeouts,
} from '../../src/inference/upstream-pools.ts';
import { loadCatalogue } from '../../src/models/catalogue.ts';
import { baseModelRoutes } from '../../src/models/providers.ts';
import type { ModelRoute } from '../../src/models/upstream.ts';
import { costOfCall } from '../../src/usage/call-usage.ts';
import { createMemoryLedger, type MemoryLedger } from './memory-ledger.ts';
import { randomBytes } from 'node:crypto';

export interface ModelDoor {
  readonly url: string;
  readonly ledger: MemoryLedger;
  readonly running: RunningCalls;
  readonly door: InferenceDoor;
  /** Tokens that fell, with the reason. */
  readonly fallen: Map<string, string>;
  /** Its metrics, in Prometheus' text form. */
  metrics(): Promise<string>;
  close(): Promise<void>;
}

export interface ModelDoorOptions {
  /** Base URL of the upstream for both dialects, without `/v1`. */
  readonly upstream: string;
  readonly granted?: readonly string[];
  readonly routes?: readonly ModelRoute[];
  readonly timeouts?: Partial<UpstreamTimeouts>;
  readonly maxBodyBytes?: number;
  readonly readerStallMs?: number;
  readonly maxCallsPerMachine?: number;
  readonly log?: Logger;
}

export const MACHINE_TOKEN = 'aaa.bbb.ccc';
export const CENTRAL_KEY = 'sk-central-secret';
export const GRANTED = ['claude-haiku-4-5', 'gpt-4o', 'spectral-demo'];

/** Grants GRANTED to the one team; close it at the end of the test. */
export async function startModelDoor(options: ModelDoorOptions): Promise<ModelDoor> {
  const base = baseModelRoutes(
    {
      anthropic: { apiKey: CENTRAL_KEY, baseUrl: options.upstream },
      openai: { apiKey: CENTRAL_KEY, baseUrl: `${options.upstream}/v1` },
      demoUrl: options.upstream,
    },
    loadCatalogue(),
  );
  const granted = new Map([...base].filter(([id]) => (options.granted ?? GRANTED).includes(id)));
  for (const route of options.routes ?? []) granted.set(route.model.id, route);
  const team: TeamModels = { granted, offers: (id) => base.has(id) };
  const pools = createUpstreamPools({
    timeouts: { ...UPSTREAM_TIMEOUTS, ...options.timeouts },
    addressRules: { allowPrivate: false, allowedHosts: [] },
  });
  const ledger = createMemoryLedger();
  const running = createRunningCalls();
  const fallen = new Map<string, string>();
  const metrics = createMetrics();

  const door = createInferenceDoor({
    admit: async ({ headers }) => {
      const token = headers.authorization?.replace('Bearer ', '') ?? String(headers['x-api-key']);
      const reason = fallen.get(token);
      if (reason)
        throw new ServiceError('unauthenticated', `this machine was ${reason}`, { details: { reason } });
      if (token !== MACHINE_TOKEN)
        throw new ServiceError('unauthenticated', 'expected a machine token; nothing came');
      return { machineId: 'machine-1', teamId: 'team-1', keyId: 'key-1' };
    },
    modelsOf: async () => team,
    pools,
    ledger,
    costOf: ({ model }, { usage }) =>
      usage && costOfCall(usage, model, (id) => base.get(id)?.model.price ?? null),
    running,
    meter: createCallMeter(metrics, () => performance.now()),
    maxBodyBytes: options.maxBodyBytes ?? 32 * 1024 * 1024,
    readerStallMs: options.readerStallMs ?? 60_000,
    maxCallsPerMachine: options.maxCallsPerMachine ?? 100,
    newRequestId: () => newRequestId(randomBytes),
    now: () => new Date(),
    log: options.log ?? silentLogger(),
  });
  const server = createServer((request, response) =>
    door.handle(request, response, () => response.writeHead(404).end('elsewhere')),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ledger,
    running,
    door,
    fallen,
    metrics: () => metrics.text(),
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
      await pools.close();
      await metrics.close();
    },
  };
}
