/** What an object may hold: kinds of Kubernetes by kubernetes-models, ours by their CRDs, and the few others by what we write. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { specSchema } from '../../../scripts/charts/fleet-schema.ts';
import { OTHER_KINDS } from './other-kinds.ts';
import { CRD_CHART, type Manifest } from './helm.ts';

/** A class of kubernetes-models. */
type Model = new (data: object) => { validate(): void };

const FLEET: Readonly<Record<string, string>> = {
  AgentTemplate: 'agenttemplates',
  AgentPool: 'agentpools',
  ModelPolicy: 'modelpolicies',
};

/** Whether kubernetes-models has it. */
export function isCoreKind({ apiVersion }: Manifest): boolean {
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
  return !group.includes('.') || group.endsWith('.k8s.io') ? !group.startsWith('gateway.') : false;
}

/** Throws when a value in the object is not what its kind allows. Unknown fields of core kinds are found elsewhere. */
export async function assertKnown(object: Manifest): Promise<void> {
  if (isCoreKind(object)) return assertCore(object);
  const schema = schemaOf(object);
  assert.ok(schema, `a schema for ${object.apiVersion} ${object.kind} is known`);
  const ajv = new Ajv({ strict: false, allErrors: true });
  const isValid = ajv.validate(schema, object['spec']);
  assert.ok(isValid, `${object.kind} ${object.metadata.name}: ${ajv.errorsText()}`);
}

async function assertCore(object: Manifest): Promise<void> {
  const models = (await import(`kubernetes-models/${object.apiVersion}`)) as Record<string, Model>;
  const KindModel = models[object.kind];
  assert.ok(KindModel, `${object.apiVersion} has a kind ${object.kind}`);
  try {
    new KindModel(object).validate();
  } catch (error) {
    throw new Error(`${object.kind} ${object.metadata.name} is not valid`, { cause: error });
  }
}

function schemaOf({ apiVersion, kind }: Manifest): object | undefined {
  if (apiVersion !== 'spectral.dev/v1alpha1') return OTHER_KINDS[`${apiVersion} ${kind}`];
  const file = FLEET[kind];
  return file === undefined
    ? undefined
    : specSchema(parse(readFileSync(join(CRD_CHART, 'files', `${file}.yaml`), 'utf8')));
}
