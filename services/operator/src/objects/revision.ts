/** A short name for what a template makes of a pod: equal when and only when the pods would be equal. */
import { createHash } from 'node:crypto';
import type { AgentTemplate } from '../kinds/index.ts';

/** Asked for at every look at every machine of a pool, and the same as long as the template is. */
const known = new WeakMap<AgentTemplate['spec'], string>();

/** Ten hex digits. Sizes of disks, times and network rules do not enter: they need no new pod. */
export function revisionOf({ spec }: Pick<AgentTemplate, 'spec'>): string {
  const revision = known.get(spec) ?? hashOf(spec);
  known.set(spec, revision);
  return revision;
}

function hashOf(spec: AgentTemplate['spec']): string {
  const shaping = { pod: spec.pod, mountPath: spec.workspace.mountPath, profile: spec.isolation.profile };
  return createHash('sha256').update(orderedJson(shaping)).digest('hex').slice(0, 10);
}

/** JSON with the keys of every object in order, so that the API server's order does not matter. */
export function orderedJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => (isRecord(inner) ? sorted(inner) : inner));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sorted(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
