import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { agentClaim } from '../../src/kinds/agent-claim.ts';
import { agentPool } from '../../src/kinds/agent-pool.ts';
import { agentTemplate } from '../../src/kinds/agent-template.ts';
import { agent } from '../../src/kinds/agent.ts';
import { AGENTS, AGENT_CLAIMS, AGENT_POOLS, AGENT_TEMPLATES, MODEL_POLICIES } from '../../src/kinds/index.ts';
import { modelPolicy } from '../../src/kinds/model-policy.ts';

const FOLDER = new URL('../../../../charts/spectral-crds/files/', import.meta.url);

const KINDS = [
  { resource: AGENT_TEMPLATES, schema: agentTemplate },
  { resource: AGENT_POOLS, schema: agentPool },
  { resource: AGENTS, schema: agent },
  { resource: AGENT_CLAIMS, schema: agentClaim },
  { resource: MODEL_POLICIES, schema: modelPolicy },
];

/** What both sides say of one field. */
interface Field {
  readonly type: string;
  readonly required: boolean;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
}

interface FieldParts {
  readonly type: string;
  readonly required: boolean;
  readonly default?: unknown;
  readonly enum?: readonly unknown[] | undefined;
}

for (const { resource, schema } of KINDS) {
  describe(`${resource.kind} as the cluster and as the operator know it`, () => {
    const file = definitionOf(resource.plural);

    it('has the same names', () => {
      assert.equal(file.spec.group, resource.group);
      assert.equal(file.spec.names.kind, resource.kind);
      assert.equal(file.spec.names.plural, resource.plural);
      assert.equal(file.spec.versions[0]?.name, resource.version);
    });

    for (const part of ['spec', 'status'] as const) {
      it(`has the same fields, defaults and choices in its ${part}`, () => {
        const ours = fieldsOfSchema(schema.entries[part], part);
        const theirs = fieldsOfCrd(
          file.spec.versions[0]?.schema.openAPIV3Schema.properties[part] ?? {},
          part,
        );
        assert.deepEqual(Object.fromEntries(ours), Object.fromEntries(theirs));
      });
    }

    it('explains every field to the people who write it', () => {
      const bare = undescribed(
        file.spec.versions[0]?.schema.openAPIV3Schema.properties['spec'] ?? {},
        'spec',
      );
      assert.deepEqual(bare, []);
    });

    it('bounds every text, list and map', () => {
      const loose = unbounded(file.spec.versions[0]?.schema.openAPIV3Schema.properties['spec'] ?? {}, 'spec');
      assert.deepEqual(loose, []);
    });
  });
}

interface CrdField {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, CrdField>>;
  readonly items?: CrdField;
  readonly additionalProperties?: CrdField;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly maxProperties?: number;
  readonly format?: string;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
}

interface Definition {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string; readonly plural: string };
    readonly versions: readonly {
      readonly name: string;
      readonly schema: {
        readonly openAPIV3Schema: { readonly properties: Readonly<Record<string, CrdField>> };
      };
    }[];
  };
}

function definitionOf(plural: string): Definition {
  return parse(readFileSync(new URL(`${plural}.yaml`, FOLDER), 'utf8')) as Definition;
}

function fieldsOfCrd(field: CrdField, path: string, required = true): [string, Field][] {
  const isVerbatim = field['x-kubernetes-preserve-unknown-fields'] === true;
  const type = isVerbatim ? 'object' : (field.type ?? '').replace('integer', 'number');
  const own: [string, Field] = [
    path,
    withoutNothing({ type, required, default: field.default, enum: field.enum }),
  ];
  if (path === 'status' || path === 'spec') own[1] = { type, required: true };
  const inner = isVerbatim ? [] : Object.entries(field.properties ?? {});
  const items = field.items ? fieldsOfCrd(field.items, `${path}[]`) : [];
  return [
    own,
    ...inner.flatMap(([name, child]) =>
      fieldsOfCrd(child, `${path}.${name}`, field.required?.includes(name) ?? false),
    ),
    ...items,
  ].toSorted(([one], [other]) => (one < other ? -1 : 1));
}

/** What a valibot schema shows of itself. */
interface Shape {
  readonly type: string;
  readonly default?: unknown;
  readonly wrapped?: Shape;
  readonly options?: readonly unknown[];
  readonly entries?: Readonly<Record<string, Shape>>;
  readonly item?: Shape;
}

function fieldsOfSchema(schema: Shape, path: string, required = true): [string, Field][] {
  if (schema.wrapped !== undefined) {
    const [own, ...rest] = fieldsOfSchema(schema.wrapped, path, path === 'status');
    assert.ok(own);
    return [[path, withoutNothing({ ...own[1], default: schema.default })], ...rest];
  }
  const choices = schema.type === 'picklist' ? schema.options : undefined;
  const own: [string, Field] = [
    path,
    withoutNothing({ type: typeName(schema.type), required, enum: choices }),
  ];
  return [
    own,
    ...Object.entries(schema.entries ?? {}).flatMap(([name, child]) =>
      fieldsOfSchema(child, `${path}.${name}`),
    ),
    ...(schema.item ? fieldsOfSchema(schema.item, `${path}[]`) : []),
  ].toSorted(([one], [other]) => (one < other ? -1 : 1));
}

function typeName(type: string): string {
  if (type === 'picklist') return 'string';
  return type === 'record' || type === 'loose_object' ? 'object' : type;
}

function withoutNothing({ type, required, ...rest }: FieldParts): Field {
  const given = Object.entries(rest).filter(([, value]) => value !== undefined);
  return { type, required, ...Object.fromEntries(given) };
}

function undescribed(field: CrdField, path: string): string[] {
  const children = Object.entries(field.properties ?? {});
  const inner = children.flatMap(([name, child]) => undescribed(child, `${path}.${name}`));
  const items = field.items ? undescribed({ description: 'of its list', ...field.items }, `${path}[]`) : [];
  return [...(field.description ? [] : [path]), ...inner, ...items];
}

function unbounded(field: CrdField, path: string): string[] {
  const isLoose =
    (field.type === 'string' && field.enum === undefined && field.format === undefined && !field.maxLength) ||
    (field.type === 'array' && !field.maxItems) ||
    (field.additionalProperties !== undefined && !field.maxProperties);
  const inner = Object.entries(field.properties ?? {}).flatMap(([name, child]) =>
    unbounded(child, `${path}.${name}`),
  );
  return [...(isLoose ? [path] : []), ...inner, ...(field.items ? unbounded(field.items, `${path}[]`) : [])];
}
