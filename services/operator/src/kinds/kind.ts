/** How a schema becomes a Resource: one of the five kinds of this house, or one of Kubernetes' own. */
import * as v from 'valibot';
import type { KubeObject, Resource } from '../cluster/index.ts';
import { GROUP, VERSION } from './fields.ts';

type Names = Pick<Resource<KubeObject>, 'group' | 'version' | 'kind' | 'plural'>;
type Schema<T extends KubeObject> = v.GenericSchema<unknown, T>;

/** A kind of the group spectral.dev. */
export function ownKind<T extends KubeObject>(kind: string, plural: string, schema: Schema<T>): Resource<T> {
  return resourceOf({ group: GROUP, version: VERSION, kind, plural }, schema);
}

/** Any kind. `parse` throws an Error that names each field which is not as expected. */
export function resourceOf<T extends KubeObject>(names: Names, schema: Schema<T>): Resource<T> {
  return { ...names, parse: (object) => parsed(schema, object, names.kind) };
}

function parsed<T>(schema: v.GenericSchema<unknown, T>, object: unknown, kind: string): T {
  const result = v.safeParse(schema, object);
  if (result.success) return result.output;
  const faults = result.issues.map((issue) => `${v.getDotPath(issue) ?? kind}: ${issue.message}`);
  throw new Error(`${kind} is not as expected: ${faults.join('; ')}`);
}
