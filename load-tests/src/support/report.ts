/** The result of a measurement: a table on standard output and, on request, a Markdown file under results/. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
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
  if (args.includes('--save')) saveResult(report.name, text);
  return report.figures.every((figure) => figure.met !== false);
}

/** Writes `results/<name>.md`. */
export function saveResult(name: string, text: string): void {
  mkdirSync(`${REPOSITORY}load-tests/results`, { recursive: true });
  writeFileSync(fileOf(name), text);
}

/** What `results/<name>.md` says so far; null when there is none. */
export function savedResult(name: string): string | null {
  return existsSync(fileOf(name)) ? readFileSync(fileOf(name), 'utf8') : null;
}

const fileOf = (name: string): string => `${REPOSITORY}load-tests/results/${name}.md`;

function markdown({ name, title, method, figures }: Report): string {
  return [
    `# ${title}`,
    '',
    `\`npm run bench -- ${name}\``,
    '',
    method,
    '',
    figureTable(figures),
    '',
    `Measured ${machineText()}.`,
    '',
  ].join('\n');
}

/** Figures as a Markdown table. */
export function figureTable(figures: readonly Figure[]): string {
  const rows = figures.map(
    ({ name, value, goal, met }) =>
      `| ${name} | ${value} | ${goal ?? ''} | ${met === undefined ? '' : met ? 'yes' : '**no**'} |`,
  );
  return ['| Figure | Measured | Goal | Met |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

/** When, and on what kind of computer. */
export function machineText(): string {
  const gib = Math.round(totalmem() / 2 ** 30);
  const cores = `${cpus().length} shared cores (${cpus()[0]?.model.trim() ?? 'unknown'})`;
  return `${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}, ${cores}, ${gib} GiB`;
}
