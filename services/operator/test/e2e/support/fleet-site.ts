/**
 * A fleet on a Kubernetes control plane: the operator as a process under its own rights, and machines as pods on one
 * scripted node. Where they are at home is the caller's choice.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../../../../load-tests/src/support/stack.ts';
import { renderedDefinitions } from '../../crds/definitions.ts';
import { openDoor, type ApiServerDoor } from '../../support/api-server-door.ts';
import { startApiServer, type ApiServer } from '../../support/api-server.ts';
import type { ChildProgram } from '../../support/child-program.ts';
import { startDisks, type ScriptedDisks } from '../../support/scripted-disks.ts';
import { startKubelet, type PodPlayer, type ScriptedKubelet } from '../../support/scripted-kubelet.ts';
import { startNode, type ScriptedNode } from '../../support/scripted-node.ts';
import type { Home } from './home.ts';
import { installOperator, type OperatorLauncher } from './operator-process.ts';

export interface FleetSite<H extends Home> {
  readonly server: ApiServer;
  /** Between the operator and the API server. */
  readonly door: ApiServerDoor;
  readonly home: H;
  readonly disks: ScriptedDisks;
  readonly node: ScriptedNode;
  readonly kubelet: ScriptedKubelet;
  readonly operator: OperatorHandle;
  stop(): Promise<void>;
}

export interface OperatorHandle {
  readonly healthUrl: string;
  /** Process id of the one that runs, 0 when none does. */
  pid(): number;
  start(options?: { readonly awaitReady?: boolean }): Promise<void>;
  stop(signal?: NodeJS.Signals): Promise<void>;
  log(): string;
}

export interface SiteSettings<H extends Home> {
  /** `folder` is for its files. */
  startHome(folder: string): Promise<H>;
  /** What pods do. */
  player(parts: { readonly server: ApiServer; readonly disks: ScriptedDisks; readonly home: H }): PodPlayer;
}

/** Everything is up, the operator included. What was started is stopped when something fails. */
export async function startFleetSite<H extends Home>(settings: SiteSettings<H>): Promise<FleetSite<H>> {
  const ends: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const end of ends.splice(0).toReversed()) await end();
  };
  try {
    return { ...(await startParts(ends, settings)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startParts<H extends Home>(
  ends: (() => Promise<unknown>)[],
  settings: SiteSettings<H>,
): Promise<Omit<FleetSite<H>, 'stop'>> {
  const server = await startApiServer({ definitions: await renderedDefinitions() });
  ends.push(() => server.stop());
  const door = await openDoor(server);
  ends.push(() => door.close());
  const home = await settings.startHome(server.folder);
  ends.push(() => home.stop());
  const disks = await startDisks(server.admin, join(server.folder, 'd'));
  ends.push(() => disks.stop());
  const node = await startNode(server.admin, 'node-1');
  ends.push(async () => node.close());
  const kubelet = startKubelet(server.admin, node.name, settings.player({ server, disks, home }));
  ends.push(() => kubelet.stop());
  const launcher = await installOperator({ server, apiUrl: door.url, home }, await freePort());
  const operator = operatorHandle(launcher, server.folder);
  ends.push(() => operator.stop());
  await operator.start();
  return { server, door, home, disks, node, kubelet, operator };
}

function operatorHandle(launcher: OperatorLauncher, folder: string): OperatorHandle {
  const running: { now: ChildProgram | null } = { now: null };
  return {
    healthUrl: launcher.healthUrl,
    pid: () => running.now?.pid ?? 0,
    async start(options) {
      running.now = await launcher.start(options);
    },
    async stop(signal) {
      await running.now?.stop(signal);
      running.now = null;
    },
    log: () => readFileSync(join(folder, 'logs', 'operator.log'), 'utf8'),
  };
}
