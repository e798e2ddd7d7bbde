/**
 * An operator: it watches, and while it leads it works. Several may run; the others are ready to take over and change
 * nothing.
 */
import { createServer } from 'node:http';
import { closeServer, listen, type Logger, type Metrics } from '@spectral/common';
import {
  createEventRecorder,
  createExpectations,
  leadersOnly,
  startLeaseElection,
  type Cluster,
  type Leader,
  type Timers,
} from './cluster/index.ts';
import type { OperatorConfig } from './config.ts';
import { createCounters, type OperatorCounters } from './counters.ts';
import { createHealthHandler } from './health.ts';
import { observeOperator } from './metrics.ts';
import type { FleetGateway } from './outside/fleet-gateway.ts';
import type { TurnJudge } from './outside/turn-judge.ts';
import { createControllers, type Controllers } from './reconcile/controllers.ts';
import { createFreshness } from './reconcile/freshness.ts';
import { createGuards } from './reconcile/guards.ts';
import { createPolls, type Polls } from './reconcile/polls.ts';
import { createStatusWriter } from './reconcile/status-writer.ts';
import { createTeller } from './reconcile/teller.ts';
import { startWorld, type World, type WorldListener } from './reconcile/world.ts';

/** What an operator stands on. It closes none of these; whoever made them does. */
export interface OperatorParts {
  readonly cluster: Cluster;
  /** Made once it is known who leads: both ask before they change anything. */
  readonly gateway: (leader: Leader) => FleetGateway;
  readonly relay: (leader: Leader) => TurnJudge;
  /** Of this process alone, never used again by a later one. */
  readonly identity: string;
  readonly timers: Timers;
  /** Milliseconds by a clock that nobody sets. */
  readonly monotonic: () => number;
  readonly random: () => number;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Leadership ended other than by `close`: this operator does nothing any more. */
  readonly lost: () => void;
}

type Settings = Pick<OperatorConfig, 'namespaces' | 'leaseNamespace' | 'leaseName' | 'agentGatewayUrl'>;

export interface Operator {
  isLeading(): boolean;
  /** Whether it has seen the cluster whole. */
  isReady(): boolean;
  readonly counters: Readonly<OperatorCounters>;
  /** Gives leadership back once the work under way has ended. */
  close(): Promise<void>;
}

export function startOperator(settings: Settings, parts: OperatorParts): Operator {
  const { log, metrics } = parts;
  const told: Told = { to: null };
  const world = startWorld(parts.cluster, settings.namespaces, forwarding(told));
  const state = { isReady: false, isOver: false };
  void world.synced.then(() => (state.isReady = true));

  const stopWork = async () => {
    state.isOver = true;
    await Promise.all([polls.close(), controllers.close()]);
  };
  const election = startLeaseElection({
    ...parts,
    namespace: settings.leaseNamespace,
    name: settings.leaseName,
    acquired(fence) {
      log.info({ fence, identity: parts.identity }, 'leading');
      void world.synced.then(() => {
        if (state.isOver) return;
        polls.start();
        controllers.start();
      });
    },
    lost() {
      void stopWork();
      parts.lost();
    },
  });
  const { polls, controllers, counters } = assemble(settings, parts, { world, leader: election, told });
  const isLeading = () => election.fence() !== null;
  const { depths } = controllers;
  const unobserve = observeOperator(metrics, { counters, world, polls, isLeading, depths });
  return {
    isLeading,
    isReady: () => state.isReady,
    counters,
    async close() {
      await stopWork();
      await election.stop();
      world.close();
      unobserve();
    },
  };
}

interface Surroundings {
  readonly world: World;
  readonly leader: Leader;
  readonly told: Told;
}

/** Builds the insides. Nothing runs yet. */
function assemble(settings: Settings, parts: OperatorParts, { world, leader, told }: Surroundings) {
  const { timers, log, metrics } = parts;
  const counters = createCounters();
  const cluster = leadersOnly(parts.cluster, leader);
  const freshness = createFreshness();
  const asked = { gateway: parts.gateway(leader), relay: parts.relay(leader) };
  const polls: Polls = createPolls({
    ...asked,
    timers,
    log,
    machineIds: () => machineIds(world, polls),
    agentUids: () => world.agents.all().map(({ metadata }) => metadata.uid),
    machineChanged: (machineId) => told.to?.machineChanged(machineId),
    agentChanged: (uid) => told.to?.agentChanged(uid),
  });
  const controllers = createControllers({
    ...asked,
    cluster,
    world,
    leader,
    polls,
    freshness,
    expectations: createExpectations(timers.now),
    statuses: createStatusWriter(cluster, freshness, timers.now),
    teller: createTeller({ gateway: asked.gateway, log }),
    events: createEventRecorder({ cluster, component: 'spectral-operator', now: timers.now, log }),
    guards: createGuards(cluster, timers.now, log),
    claimWait: metrics.histogram('operator_claim_wait_seconds', 'From a claim to its machine'),
    counters,
    timers,
    log,
    metrics,
    agentGatewayUrl: settings.agentGatewayUrl,
    homeNamespace: settings.leaseNamespace,
  });
  told.to = controllers;
  return { polls, controllers, counters };
}

/** Of every Agent that has a machine, as its status or the gateway knows. */
function machineIds(world: World, polls: Pick<Polls, 'fleet'>): string[] {
  return world.agents.all().flatMap(({ metadata, status }) => {
    const fleet = polls.fleet(metadata.uid);
    return status?.machineId ?? (fleet === 'unknown' || fleet === null ? [] : fleet.machineId);
  });
}

/** The same with a server of its own, which answers `/health`, `/ready` and `/metrics`. */
export async function startOperatorProcess(
  settings: Settings & Pick<OperatorConfig, 'host' | 'port'>,
  parts: OperatorParts,
): Promise<Operator & { readonly url: string }> {
  const operator = startOperator(settings, parts);
  const server = createServer(createHealthHandler({ ...operator, metrics: parts.metrics }));
  const port = await listen(server, settings);
  return {
    ...operator,
    url: `http://${settings.host}:${port}`,
    async close() {
      await operator.close();
      await closeServer(server, 500);
    },
  };
}

/** Watches and polls exist before there is anyone to tell. */
interface Told {
  to: Controllers | null;
}

function forwarding(told: Told): WorldListener {
  return {
    agent: (agent) => told.to?.agent(agent),
    pool: (pool) => told.to?.pool(pool),
    template: (template) => told.to?.template(template),
    claim: (claim) => told.to?.claim(claim),
    policy: (policy) => told.to?.policy(policy),
    part: (part) => told.to?.part(part),
    gone: (uid) => told.to?.gone(uid),
  };
}
