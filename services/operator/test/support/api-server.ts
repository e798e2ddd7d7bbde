/**
 * A real Kubernetes control plane on loopback for tests: etcd, API server, controller manager, scheduler 1.20.2 and
 * the current server of custom resources (CEL) beside them. No node: `scripted-kubelet.ts` plays those.
 *
 * The programs come from `scripts/kubernetes-assets` (`npm run k8s:assets`; about ten minutes the first time, kept
 * below `~/.cache/spectral/kubernetes`), or from KUBEBUILDER_ASSETS and SPECTRAL_K8S_ASSETS. What the API server is
 * too old for (policy/v1, say) is put into older words by `api-server-door.ts`; a client of the current API, such as
 * the operator, talks to that door.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { controlPlaneBinaries } from '../../../../scripts/kubernetes-assets/assets.ts';
import { apiClient, type ApiClient } from './api-server-client.ts';
import { installCustomResources } from './api-server-crds.ts';
import {
  apiServerFlags,
  controllerManagerFlags,
  crdServerFlags,
  etcdFlags,
  schedulerFlags,
  type Ports,
} from './api-server-flags.ts';
import { certificateUser, kubeconfig } from './api-server-kubeconfig.ts';
import { makePki, type Pki } from './api-server-pki.ts';
import { startChild, untilReady, type ChildProgram } from './child-program.ts';

const READY_LIMIT_MS = 60_000;

export interface ApiServer {
  /** `https://127.0.0.1:…` */
  readonly url: string;
  /** Path of the certificate of its authority. */
  readonly authority: string;
  readonly pki: Pki;
  /** May do everything. */
  readonly admin: ApiClient;
  /** The server of custom resources itself, for the definitions. */
  readonly definitions: ApiClient;
  /** Path of a kubeconfig that may do everything, for kubectl and helm. */
  readonly adminKubeconfig: string;
  /** A folder for files of the test, removed at the end. */
  readonly folder: string;
  /** The API server process ends and comes back on its port, with all it stored. */
  kill(): Promise<void>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export interface ApiServerSettings {
  /** Custom resources that are there from the beginning, as their definitions' JSON. */
  readonly definitions?: readonly unknown[];
}

/** Up in about ten seconds. Throws with the words of the program that failed; nothing is left in any case. */
export async function startApiServer(settings: ApiServerSettings = {}): Promise<ApiServer> {
  const folder = mkdtempSync(join(tmpdir(), 'kube-'));
  const children: ChildProgram[] = [];
  const stop = async () => {
    // In the order of who needs whom, so that none waits for another at its end.
    for (const child of children.splice(0).toReversed()) await child.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    return { ...(await startParts(folder, children, settings)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startParts(
  folder: string,
  children: ChildProgram[],
  settings: ApiServerSettings,
): Promise<Omit<ApiServer, 'stop'>> {
  const [binaries, pki, ports] = await Promise.all([
    controlPlaneBinaries(),
    makePki(join(folder, 'pki')),
    freePorts(),
  ]);
  const url = `https://127.0.0.1:${ports.apiServer}`;
  const authority = pki.file('ca', 'crt');
  const adminCredentials = { certificate: pki.file('admin', 'crt'), key: pki.file('admin', 'key') };
  const admin = apiClient(url, authority, adminCredentials);
  const definitions = apiClient(`https://127.0.0.1:${ports.crdServer}`, authority, adminCredentials);
  const configOf = (name: 'admin' | 'controller-manager' | 'scheduler') => {
    const path = join(folder, `${name}.kubeconfig`);
    writeFileSync(path, kubeconfig(url, readFileSync(authority), certificateUser(pki, name)));
    return path;
  };
  mkdirSync(join(folder, 'logs'));
  const start = (name: string, program: string, args: readonly string[]) => {
    const child = startChild({ name, program, args, logFile: join(folder, 'logs', `${name}.log`) });
    children.push(child);
    return child;
  };

  start('etcd', binaries.etcd, etcdFlags(ports, join(folder, 'etcd')));
  const startCore = async () => {
    const core = start('kube-apiserver', binaries.apiServer, apiServerFlags(ports, pki));
    await untilReady(core, READY_LIMIT_MS, () => isReady(admin));
    return core;
  };
  const core = { now: await startCore() };
  const adminKubeconfig = configOf('admin');
  const crds = start('crd-server', binaries.crdServer, crdServerFlags(ports, pki, adminKubeconfig));
  await untilReady(crds, READY_LIMIT_MS, () => isReady(definitions));
  await installCustomResources({ admin, definitions, port: ports.crdServer }, settings.definitions ?? []);

  start(
    'kube-controller-manager',
    binaries.controllerManager,
    controllerManagerFlags(ports, pki, configOf('controller-manager')),
  );
  start('kube-scheduler', binaries.scheduler, schedulerFlags(ports, configOf('scheduler')));
  await untilReady(core.now, READY_LIMIT_MS, async () => {
    await admin.get('/api/v1/namespaces/default/serviceaccounts/default'); // made by a controller
    return true;
  });
  return {
    url,
    authority,
    pki,
    admin,
    definitions,
    adminKubeconfig,
    folder,
    async kill() {
      children.splice(children.indexOf(core.now), 1);
      await core.now.stop('SIGKILL');
    },
    async restart() {
      core.now = await startCore();
    },
  };
}

/** `/readyz` answers with plain text, which the client hands on as an error unless the status is good. */
async function isReady(client: ApiClient): Promise<boolean> {
  return (await client.text('/readyz')) === 'ok';
}

async function freePorts(): Promise<Ports> {
  const names = ['etcd', 'etcdPeer', 'apiServer', 'controllerManager', 'scheduler', 'crdServer'] as const;
  const servers = await Promise.all(names.map(listenAnywhere));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  const [etcd = 0, etcdPeer = 0, apiServer = 0, controllerManager = 0, scheduler = 0, crdServer = 0] = ports;
  return { etcd, etcdPeer, apiServer, controllerManager, scheduler, crdServer };
}

function listenAnywhere() {
  return new Promise<ReturnType<typeof createServer>>((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}
