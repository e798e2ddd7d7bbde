/** What Helm makes of the chart. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { helmBinaries } from '../../../../../scripts/kubernetes-assets/helm.ts';
import type { KubeJson } from '../../support/api-server-client.ts';

const CHART = fileURLToPath(new URL('../../../../../charts/spectral', import.meta.url));

/** The namespace of the release; the fleet's is another. */
export const HOME_NAMESPACE = 'spectral';
export const FLEET_NAMESPACE = 'machines';

/** Objects of a release called `test`; `args` are more of Helm's, such as `--set` or `--values`. */
export async function renderChart(args: readonly string[] = []): Promise<KubeJson[]> {
  const { helm4 } = await helmBinaries();
  const place = ['template', 'test', CHART, '--namespace', HOME_NAMESPACE];
  const watched = ['--set', `operator.watchNamespaces={${FLEET_NAMESPACE}}`];
  const text = execFileSync(helm4, [...place, ...watched, ...args], { encoding: 'utf8' });
  return parseAllDocuments(text)
    .map((document) => document.toJS() as KubeJson | null)
    .filter((object) => object !== null);
}

/** The namespaces that a person makes before. */
export function namespaces(): KubeJson[] {
  return [HOME_NAMESPACE, FLEET_NAMESPACE].map((name) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: { 'kubernetes.io/metadata.name': name } },
  }));
}
