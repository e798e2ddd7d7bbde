// What the charts hold that is made from something else: READMEs, the fleet's part of the schema, dashboards and alerts.

import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import { chartReadme, type ChartFacts } from './chart-readme.ts';
import { dashboard } from './dashboard.ts';
import { specSchema } from './fleet-schema.ts';

export interface GeneratedFile {
  /** Relative to the repository. */
  readonly path: string;
  readonly content: string;
}

/** All of them, as they should be. Only reads. */
export function generatedFiles(root: string): GeneratedFile[] {
  return [
    valuesSchema(root),
    readme(root, 'charts/spectral'),
    readme(root, 'charts/spectral-crds'),
    { path: 'charts/spectral/files/alerts.yaml', content: textOf(root, 'k8s/monitoring/alerts.yaml') },
    ...globSync('k8s/monitoring/dashboards/*.yaml', { cwd: root })
      .toSorted()
      .map((source) => ({
        path: `charts/spectral/files/dashboards/${basename(source, '.yaml')}.json`,
        content: json(dashboard(parse(textOf(root, source)))),
      })),
  ];
}

/** A template may leave its pod or its image out: the chart has one. */
const KINDS = [
  { definition: 'agentTemplateSpec', crd: 'agenttemplates', optional: ['pod', 'pod.image'] },
  { definition: 'agentPoolSpec', crd: 'agentpools', optional: [] },
  { definition: 'modelPolicySpec', crd: 'modelpolicies', optional: [] },
];

function valuesSchema(root: string): GeneratedFile {
  const path = 'charts/spectral/values.schema.json';
  const schema = JSON.parse(textOf(root, path)) as { definitions: Record<string, unknown> };
  const made = KINDS.map(({ definition, crd, optional }): [string, unknown] => [
    definition,
    specSchema(parse(textOf(root, `charts/spectral-crds/files/${crd}.yaml`)), optional),
  ]);
  return {
    path,
    content: json({ ...schema, definitions: { ...schema.definitions, ...Object.fromEntries(made) } }),
  };
}

function readme(root: string, folder: string): GeneratedFile {
  const chart = parse(textOf(root, `${folder}/Chart.yaml`)) as ChartFacts;
  const introduction = textOf(root, `${folder}/introduction.md`);
  return {
    path: `${folder}/README.md`,
    content: chartReadme(chart, introduction, textOf(root, `${folder}/values.yaml`)),
  };
}

function textOf(root: string, path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
