/**
 * Objects of today's API in the words of Kubernetes 1.20, and back. Only for tests: the chart and the operator speak
 * today's API alone.
 */
import type { KubeJson } from './api-server-client.ts';

/** Group versions that 1.20 knows under an older name only. */
const OLDER_VERSIONS: Readonly<Record<string, string>> = {
  'policy/v1': 'policy/v1beta1',
  'autoscaling/v2': 'autoscaling/v2beta2',
};

/** Fields that came later, by the end of their path. 1.20 refuses them in server-side apply. */
const NEWER_FIELDS = new Set([
  'PodDisruptionBudget.spec.unhealthyPodEvictionPolicy',
  'podSpec.hostUsers',
  'podSpec.os',
  'podSpec.resourceClaims',
  'podSpec.schedulingGates',
  'podSpec.securityContext.appArmorProfile',
  'podSpec.securityContext.supplementalGroupsPolicy',
  'container.resizePolicy',
  'container.restartPolicy',
  'container.securityContext.appArmorProfile',
]);

/** The same object for a 1.20 server; other objects come back as they are. */
export function inOlderWords(object: KubeJson): KubeJson {
  const copy = { ...structuredClone(object), apiVersion: olderVersion(object) };
  dropNewer(copy, object.kind);
  const podSpec = podSpecOf(copy, object.kind);
  if (podSpec !== null) rewritePodSpec(podSpec);
  if (object.kind === 'PersistentVolumeClaim') rewriteClaim(copy);
  return copy;
}

/** Path of a request in the words of 1.20. */
export function olderPath(path: string): string {
  const found = Object.entries(OLDER_VERSIONS).find(([newer]) => isBelow(path, `/apis/${newer}`));
  return found === undefined ? path : path.replace(`/apis/${found[0]}`, `/apis/${found[1]}`);
}

/** What the server answered to a request at `path`, with the group version the asker used. `text` is whole JSON values. */
export function answerInNewerWords(path: string, text: string): string {
  const found = Object.entries(OLDER_VERSIONS).find(([newer]) => isBelow(path, `/apis/${newer}`));
  return found === undefined ? text : text.replaceAll(`"${found[1]}"`, `"${found[0]}"`);
}

type Json = Record<string, unknown>;

function isBelow(path: string, start: string): boolean {
  return path === start || path.startsWith(`${start}/`) || path.startsWith(`${start}?`);
}

function olderVersion({ apiVersion, kind }: KubeJson): string {
  if (kind === 'CronJob' && apiVersion === 'batch/v1') return 'batch/v1beta1';
  return OLDER_VERSIONS[apiVersion] ?? apiVersion;
}

function podSpecOf(object: Json, kind: string): Json | null {
  if (kind === 'Pod') return jsonAt(object, 'spec');
  if (kind === 'CronJob') return jsonAt(object, 'spec', 'jobTemplate', 'spec', 'template', 'spec');
  return jsonAt(object, 'spec', 'template', 'spec');
}

function rewritePodSpec(podSpec: Json): void {
  dropNewer(podSpec, 'podSpec');
  for (const list of ['containers', 'initContainers']) {
    for (const container of (podSpec[list] ?? []) as Json[]) {
      dropNewer(container, 'container');
      const sleep = jsonAt(container, 'lifecycle', 'preStop', 'sleep');
      if (sleep !== null)
        (container['lifecycle'] as Json)['preStop'] = {
          exec: { command: ['sleep', String(sleep['seconds'])] },
        };
    }
  }
  for (const constraint of (podSpec['topologySpreadConstraints'] ?? []) as Json[]) {
    for (const field of ['matchLabelKeys', 'minDomains', 'nodeAffinityPolicy', 'nodeTaintsPolicy'])
      delete constraint[field];
  }
}

function rewriteClaim(claim: Json): void {
  const spec = jsonAt(claim, 'spec');
  const modes = spec?.['accessModes'];
  if (spec !== null && Array.isArray(modes))
    spec['accessModes'] = modes.map((mode) => (mode === 'ReadWriteOncePod' ? 'ReadWriteOnce' : mode));
}

function dropNewer(object: Json, name: string): void {
  for (const path of NEWER_FIELDS) {
    const [owner, ...rest] = path.split('.');
    const last = rest.pop();
    if (owner !== name || last === undefined) continue;
    const holder = jsonAt(object, ...rest);
    if (holder !== null) delete holder[last];
  }
}

function jsonAt(object: Json, ...path: string[]): Json | null {
  let at: unknown = object;
  for (const name of path) {
    if (typeof at !== 'object' || at === null) return null;
    at = (at as Json)[name];
  }
  return typeof at === 'object' && at !== null ? (at as Json) : null;
}
