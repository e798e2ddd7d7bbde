/** The room of models: their catalogue and teams' choices, the door to them, and the record of their use. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { Router } from 'express';
import { startDemoProvider } from './demo/index.ts';
import type { Caller } from './callers/index.ts';
import type { House, Room } from './house.ts';
import { loadCatalogue } from './models/catalogue.ts';
import { createMcpDoor } from './mcp/mcp-door.ts';
import { scopeOf } from './mcp/mcp-scope.ts';
import type { McpFacts } from './mcp/mcp-tools.ts';
import { createModelStore, type ModelStore } from './models/model-store.ts';
import { policyRoutes } from './models/policy-routes.ts';
import { baseModelRoutes } from './models/providers.ts';
import { modelRoutes } from './models/routes.ts';
import { createTeamModels, type TeamModels } from './models/team-models.ts';
import type { ModelRoute } from './models/upstream.ts';
import { costOfCall } from './usage/call-usage.ts';
import { CALL_LEASE_MS, createDatabaseLedger, type DatabaseLedger } from './usage/database-ledger.ts';
import { firstMomentOf } from './usage/days.ts';
import { usageReport } from './usage/report.ts';
import { usageRoutes } from './usage/routes.ts';
import { createCallMeter } from './inference/call-meter.ts';
import { createInferenceDoor } from './inference/inference-door.ts';
import { createListDoor } from './inference/list-door.ts';
import { MAX_BODY_BYTES } from './inference/read-body.ts';
import { newRequestId } from './inference/request-id.ts';
import { createRunningCalls, type RunningCalls } from './inference/running-calls.ts';
import { createUpstreamPools, UPSTREAM_TIMEOUTS } from './inference/upstream-pools.ts';
import { inTurn } from './inference/in-turn.ts';

/** A caller that takes nothing of its answer for this long is let go. */
const READER_STALL_MS = 120_000;
/** Far beyond what a machine's sessions need; a runaway script meets it. */
const MAX_CALLS_PER_MACHINE = 200;
/** Every running call's right is checked this often, should an announcement get lost. */
const RECHECK_MS = 5_000;

/** Opens the room: starts the demo provider if it is offered, and the periodic checks. */
export async function openModelRoom(house: House): Promise<Room> {
  const { config, db, sealer, callers, announcements, now, log } = house;
  const demo = offersDemo(config) ? await startDemoProvider(config.demoTiming) : null;
  const base = baseModelRoutes({ ...config.providers, demoUrl: demo?.url ?? null }, loadCatalogue());
  const store = createModelStore({ db, sealer, newId: randomUUID, now });
  const models = createTeamModels(base, store, () => performance.now());
  const ledger = createDatabaseLedger({ db, processId: randomUUID(), now, log });
  const pools = createUpstreamPools({
    timeouts: UPSTREAM_TIMEOUTS,
    addressRules: config.modelAddresses,
  });
  const running = createRunningCalls();
  const shared = {
    admit: callers.machine,
    modelsOf: models.grantedTo,
    newRequestId: () => newRequestId(randomBytes),
  };
  const door = createInferenceDoor({
    ...shared,
    pools,
    ledger,
    costOf: ({ model }, { usage }) =>
      usage && costOfCall(usage, model, (id) => base.get(id)?.model.price ?? null),
    running,
    meter: createCallMeter(house.metrics, () => performance.now()),
    maxBodyBytes: MAX_BODY_BYTES,
    readerStallMs: READER_STALL_MS,
    maxCallsPerMachine: MAX_CALLS_PER_MACHINE,
    now,
    log,
  });
  const unsubscribe = announcements.subscribe((announcement) => {
    models.onAnnouncement(announcement);
    running.onAnnouncement(announcement);
  });
  const stopWatching = watch(house, { running, ledger, base });

  return {
    door: inTurn([
      door.handle,
      createListDoor(shared),
      createMcpDoor({ callers, factsFor: mcpFacts(house, models), log }),
    ]),
    routes: roomRoutes(house, { store, models }),
    startDraining: door.startDraining,
    async close() {
      unsubscribe();
      stopWatching();
      await ledger.close();
      await Promise.all([pools.close(), demo?.close()]);
    },
  };
}

function roomRoutes(
  { config, db, callers, announce, now }: House,
  { store, models }: { store: ModelStore; models: TeamModels },
): Router {
  const shared = { db, callers, announce, store, models };
  const router = modelRoutes({ ...shared, addressRules: config.modelAddresses });
  router.use(usageRoutes({ db, callers, now }));
  if (config.operatorSecret !== null) router.use(policyRoutes(shared));
  return router;
}

/** The demo is offered when nothing else is, unless the settings say otherwise. */
export function offersDemo({ demo, providers }: Pick<House['config'], 'demo' | 'providers'>): boolean {
  if (demo !== 'auto') return demo === 'on';
  return providers.anthropic.apiKey === null && providers.openai.apiKey === null;
}

/** What the tools of `/mcp` may tell a caller. */
function mcpFacts({ db, presence, now }: House, models: TeamModels): (caller: Caller) => Promise<McpFacts> {
  return async (caller) => {
    const { teamIds, machines } = await scopeOf(caller, { db, presence, now });
    return {
      machines,
      async models() {
        const granted = await Promise.all(teamIds.map((teamId) => models.grantedTo(teamId)));
        const routes = new Map(granted.flatMap((team) => [...team.granted]));
        return [...routes.values()].map(({ model }) => model);
      },
      usage: (days) =>
        Promise.all(teamIds.map((teamId) => usageReport(db, teamId, firstMomentOf(days, now())))),
    };
  };
}

interface Watched {
  readonly running: RunningCalls;
  readonly ledger: DatabaseLedger;
  readonly base: ReadonlyMap<string, ModelRoute>;
}

/** Timers and gauges. Returns the way to stop them. */
function watch({ metrics, log }: House, { running, ledger, base }: Watched): () => void {
  const recheck = setInterval(() => void running.recheckAll(), RECHECK_MS);
  const reap = setInterval(() => {
    ledger.reap().then(
      (marked) =>
        marked > 0 && log.warn({ calls: marked }, 'marked calls of a process that died as interrupted'),
      (err: unknown) => log.warn({ err }, 'could not look for interrupted calls'),
    );
  }, CALL_LEASE_MS / 4);
  recheck.unref();
  reap.unref();
  const stops = [
    metrics.observeGauge('spectral_inference_running_calls', 'Model calls in flight', running.count),
    metrics.observeGauge(
      'spectral_inference_base_models',
      'Base models this gateway can reach',
      () => base.size,
    ),
    metrics.observeGauge(
      'spectral_inference_ledger_waiting_records',
      'Usage records not yet in the database',
      ledger.waiting,
    ),
    metrics.observeCounter(
      'spectral_inference_ledger_dropped_records',
      'Usage records given up while the database was away',
      ledger.dropped,
    ),
  ];
  return () => {
    clearInterval(recheck);
    clearInterval(reap);
    for (const stop of stops) stop();
  };
}
