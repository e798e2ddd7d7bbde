/** The operator as a process of its own, under the service account and the rights that the chart gives it. */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { applyObjects } from '../../support/api-server-apply.ts';
import type { ApiClient, KubeJson } from '../../support/api-server-client.ts';
import { serviceAccountToken } from '../../support/api-server-kubeconfig.ts';
import type { ApiServer } from '../../support/api-server.ts';
import { startChild, untilReady, type ChildProgram } from '../../support/child-program.ts';
import type { PodJson } from '../../support/scripted-kubelet.ts';
import { FLEET_NAMESPACE, HOME_NAMESPACE, namespaces, renderChart } from './chart.ts';
import type { Home } from './home.ts';

const MAIN = fileURLToPath(new URL('../../../src/main.ts', import.meta.url));

export interface OperatorSettings {
  readonly server: ApiServer;
  /** Where it finds the API: the server's own address, or that of a door before it. */
  readonly apiUrl: string;
  readonly home: Home;
}

export interface OperatorLauncher {
  /** Resolves when it is ready; with `awaitReady` false as soon as its process is there. */
  start(options?: { readonly awaitReady?: boolean }): Promise<ChildProgram>;
  readonly healthUrl: string;
}

/** Applies the chart's account and roles of the operator, and gives what starts it with nothing but those. */
export async function installOperator(settings: OperatorSettings, port: number): Promise<OperatorLauncher> {
  const { server, apiUrl, home } = settings;
  const objects = await renderChart(['--set', 'eval.enabled=true']);
  const account = await applyRights(server.admin, objects);
  const token = await serviceAccountToken(server.admin, HOME_NAMESPACE, account);
  const directory = join(server.folder, 'service-account');
  mkdirSync(directory);
  writeFileSync(join(directory, 'token'), token);
  writeFileSync(join(directory, 'namespace'), HOME_NAMESPACE);
  copyFileSync(server.authority, join(directory, 'ca.crt'));
  const healthUrl = `http://127.0.0.1:${port}`;
  const env = {
    NODE_OPTIONS: nodeOptionsOf(objects),
    SPECTRAL_SERVICE_ACCOUNT_DIRECTORY: directory,
    KUBERNETES_SERVICE_HOST: '127.0.0.1',
    KUBERNETES_SERVICE_PORT: new URL(apiUrl).port,
    SPECTRAL_PORT: String(port),
    SPECTRAL_HOST: '127.0.0.1',
    SPECTRAL_GATEWAY_URL: home.gatewayUrl,
    SPECTRAL_AGENT_GATEWAY_URL: home.gatewayUrl,
    SPECTRAL_RELAY_URL: home.relayUrl,
    SPECTRAL_OPERATOR_SECRET: home.operatorSecret,
    SPECTRAL_WATCH_NAMESPACES: FLEET_NAMESPACE,
    SPECTRAL_LEASE_NAMESPACE: HOME_NAMESPACE,
    SPECTRAL_LEASE_NAME: 'test-spectral-operator',
  };
  return {
    healthUrl,
    async start({ awaitReady = true } = {}) {
      const child = startChild({
        name: 'operator',
        program: process.execPath,
        args: [MAIN],
        env,
        logFile: join(server.folder, 'logs', 'operator.log'),
      });
      if (awaitReady)
        await untilReady(child, 20_000, async () => (await fetch(`${healthUrl}/ready`)).status === 200);
      return child;
    },
  };
}

/** Everything of the chart that has to do with who may do what; gives the name of the operator's account. */
async function applyRights(admin: ApiClient, chart: readonly KubeJson[]): Promise<string> {
  const objects = chart.filter(({ kind }) => /^(ServiceAccount|(Cluster)?Role(Binding)?)$/.test(kind));
  await applyObjects(admin, [...namespaces(), ...objects], { namespace: HOME_NAMESPACE, manager: 'helm' });
  const account = objects.find(
    ({ kind, metadata }) => kind === 'ServiceAccount' && metadata.name.includes('operator'),
  );
  if (account === undefined) throw new Error('the chart has no ServiceAccount of the operator');
  return account.metadata.name;
}

/** How the chart has Node run it: what it takes of memory depends on that. */
function nodeOptionsOf(objects: readonly KubeJson[]): string {
  const deployment = objects.find(
    ({ kind, metadata }) => kind === 'Deployment' && metadata.name.endsWith('operator'),
  );
  const { template } = (deployment?.['spec'] ?? {}) as {
    readonly template?: { readonly spec: Pick<PodJson['spec'], 'containers'> };
  };
  const variable = template?.spec.containers[0]?.env?.find(({ name }) => name === 'NODE_OPTIONS');
  if (variable?.value === undefined) throw new Error('the chart gives the operator no NODE_OPTIONS');
  return variable.value;
}
