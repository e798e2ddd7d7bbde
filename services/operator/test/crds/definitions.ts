/** The definitions of our kinds: the files people read, and what the chart makes of them. */
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse, parseAllDocuments } from 'yaml';
import { helmBinaries } from '../../../../scripts/kubernetes-assets/helm.ts';

const CHART = fileURLToPath(new URL('../../../../charts/spectral-crds', import.meta.url));

export interface Definition {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly group: string;
    readonly names: {
      readonly kind: string;
      readonly plural: string;
      readonly shortNames: readonly string[];
    };
    readonly versions: readonly {
      readonly name: string;
      readonly additionalPrinterColumns: readonly { readonly name: string; readonly priority?: number }[];
      readonly schema: { readonly openAPIV3Schema: unknown };
    }[];
  };
}

/** As they stand in the chart's `files/`. */
export function definitionFiles(): Definition[] {
  const folder = `${CHART}/files`;
  return readdirSync(folder).map((name) => parse(readFileSync(`${folder}/${name}`, 'utf8')) as Definition);
}

/** As the chart renders them, with Helm 4 or Helm 3. */
export async function renderedDefinitions(major: 3 | 4 = 4): Promise<Definition[]> {
  const { helm3, helm4 } = await helmBinaries();
  const text = execFileSync(major === 3 ? helm3 : helm4, ['template', 'crds', CHART], { encoding: 'utf8' });
  return parseAllDocuments(text)
    .map((document) => document.toJS() as Definition | null)
    .filter((object) => object !== null);
}

/** One CEL rule, by the kind and the field it stands at, such as `spec.autoscale` or `spec.pod.env[]`. */
export interface Rule {
  readonly kind: string;
  readonly at: string;
  readonly message: string;
}

/** Every rule of a definition's schema. */
export function rulesOf({ spec }: Definition): Rule[] {
  const schema = spec.versions[0]?.schema.openAPIV3Schema;
  return rulesBelow(schema, '').map((rule) => ({ kind: spec.names.kind, ...rule }));
}

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly 'x-kubernetes-validations'?: readonly { readonly message: string }[];
}

function rulesBelow(node: unknown, at: string): Omit<Rule, 'kind'>[] {
  const schema = (node ?? {}) as Schema;
  const own = (schema['x-kubernetes-validations'] ?? []).map(({ message }) => ({ at, message }));
  const fields = Object.entries(schema.properties ?? {}).flatMap(([name, field]) =>
    rulesBelow(field, at === '' ? name : `${at}.${name}`),
  );
  return [...own, ...fields, ...(schema.items ? rulesBelow(schema.items, `${at}[]`) : [])];
}
