// The README of a chart, made of the comments in its values file.

import { valueComments, type ValueComment } from './value-comments.ts';

export interface ChartFacts {
  readonly name: string;
  readonly description: string;
  readonly version: string;
  readonly kubeVersion: string;
}

/** `introduction` is Markdown between the title and the values. */
export function chartReadme(chart: ChartFacts, introduction: string, values: string): string {
  const comments = valueComments(values);
  return [
    `# ${chart.name}`,
    '<!-- Written by `npm run ts -- scripts/charts/main.ts` from values.yaml and introduction.md. -->',
    chart.description,
    `Chart ${chart.version}, for Kubernetes ${chart.kubeVersion.replace('-0', '')}, with Helm 3 or 4.`,
    introduction.trim(),
    '## Values',
    ...sectionsOf(comments).map(sectionText),
  ]
    .join('\n\n')
    .concat('\n');
}

interface Section {
  readonly head: ValueComment | null;
  readonly rows: readonly ValueComment[];
}

/** Single keys first, then one section for each map at the top. */
function sectionsOf(comments: readonly ValueComment[]): Section[] {
  const heads = comments.filter(({ path, isSection }) => isSection && !path.includes('.'));
  return [
    { head: null, rows: comments.filter(({ path, isSection }) => !isSection && !path.includes('.')) },
    ...heads.map((head) => ({
      head,
      rows: comments.filter(({ path }) => path.startsWith(`${head.path}.`)),
    })),
  ];
}

function sectionText({ head, rows }: Section): string {
  const table = ['| value | default | |', '| --- | --- | --- |', ...rows.map(rowText)].join('\n');
  return head === null ? table : `### ${head.path}\n\n${head.text}\n\n${table}`;
}

function rowText({ path, text, value, isSection }: ValueComment): string {
  const shown = isSection ? '' : `\`${JSON.stringify(value).replaceAll('|', '\\|')}\``;
  return `| \`${path}\` | ${shown} | ${text.replaceAll('|', '\\|')} |`;
}
