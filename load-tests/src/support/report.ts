/** The result of a measurement: a table on standard output and, on request, a Markdown file under results/. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { REPOSITORY } from './processes.ts';

export interface Figure {
  readonly name: string;
  readonly value: string;
  /** The bound to reach, such as `< 150 ms`; absent for context. */
  readonly goal?: string;
  readonly met?: boolean;
}

export interface Report {
  /** Names the file: `results/<name>.md`. */
  readonly name: string;
  readonly title: string;
  /** What was done, in a few sentences. */
  readonly method: string;
  readonly figures: readonly Figure[];
}

/** Prints the report; with `--save` among the arguments also writes it. Returns whether every goal was met. */
export function publish(report: Report, args: readonly string[] = process.argv.slice(2)): boolean {
  const text = markdown(report);
  process.stdout.write(text);
  if (args.includes('--save')) {
    mkdirSync(`${REPOSITORY}load-tests/results`, { recursive: true });
    writeFileSync(`${REPOSITORY}load-tests/results/${report.name}.md`, text);
  }
  return report.figures.every((figure) => figure.met !== false);
}

function markdown({ name, title, method, figures }: Report): string {
  const rows = figures.map(
    ({ name: figure, value, goal, met }) =>
      `| ${figure} | ${value} | ${goal ?? ''} | ${met === undefined ? '' : met ? 'yes' : '**no**'} |`,
  );
  return [
    `# ${title}`,
    '',
    `\`npm run bench -- ${name}\``,
    '',
    method,
    '',
    '| Figure | Measured | Goal | Met |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
    `Measured ${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}, ${machine()}.`,
    '',
  ].join('\n');
}

function machine(): string {
  const gib = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} shared cores (${cpus()[0]?.model.trim() ?? 'unknown'}), ${gib} GiB`;
}
