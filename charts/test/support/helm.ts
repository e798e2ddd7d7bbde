/** The charts, rendered by real helms. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { helmBinaries } from '../../../scripts/kubernetes-assets/helm.ts';

export type HelmVersion = 'helm3' | 'helm4';
export const HELM_VERSIONS: readonly HelmVersion[] = ['helm3', 'helm4'];
/** What is rendered for when a test says nothing else. */
export const KUBERNETES = '1.36.0';
export const CHART = join(dirname(dirname(import.meta.dirname)), 'spectral');
export const CRD_CHART = join(dirname(dirname(import.meta.dirname)), 'spectral-crds');

/** An object as it was rendered. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

export interface RenderOptions {
  readonly helm?: HelmVersion;
  readonly chart?: string;
  readonly kubernetes?: string;
  /** Further arguments, such as `--is-upgrade`. */
  readonly arguments?: readonly string[];
}

/** Values of one rendering: maps are written to files, texts are names of examples. The last wins. */
export type Values = Readonly<Record<string, unknown>> | string;

/** The least values the chart takes. */
export const LEAST: Values = {
  publicUrl: 'https://spectral.example.com',
  database: { url: 'postgres://spectral:secret@database:5432/spectral' },
  redis: { url: 'redis://redis:6379' },
};

/** The objects of release `spectral` in namespace `spectral`, hooks and tests among them. Rejects with helm's words. */
export async function render(values: readonly Values[], options: RenderOptions = {}): Promise<Manifest[]> {
  const { chart = CHART, kubernetes = KUBERNETES } = options;
  const more = ['--kube-version', kubernetes, ...(options.arguments ?? [])];
  const text = await run(
    'template',
    ['spectral', chart, '--namespace', 'spectral', ...more],
    values,
    options,
  );
  return parseAllDocuments(text)
    .map((document) => document.toJS() as Manifest | null)
    .filter((object) => object !== null);
}

/** What `helm lint` says; rejects when it finds a fault. */
export function lint(values: readonly Values[], options: RenderOptions = {}): Promise<string> {
  const { chart = CHART, kubernetes = KUBERNETES } = options;
  return run('lint', [chart, '--strict', '--kube-version', kubernetes], values, options);
}

/** What helm says when it refuses the values; fails when it takes them. */
export async function refusal(values: readonly Values[], options: RenderOptions = {}): Promise<string> {
  const rendered = await render(values, options).catch((error: unknown) => error);
  if (rendered instanceof Error && 'stderr' in rendered) return String(rendered.stderr);
  throw new Error(`helm took values it should refuse: ${JSON.stringify(values.at(-1))}`);
}

async function run(
  verb: string,
  words: readonly string[],
  values: readonly Values[],
  { helm = 'helm4' }: RenderOptions,
): Promise<string> {
  const program = (await helmBinaries())[helm];
  const folder = mkdtempSync(join(tmpdir(), 'spectral-helm-'));
  try {
    const files = values.flatMap((value, index) => [
      '--values',
      fileOf(value, join(folder, `${index}.json`)),
    ]);
    return await output(program, [verb, ...words, ...files], folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function fileOf(value: Values, path: string): string {
  if (typeof value === 'string') return join(CHART, 'examples', `${value}.yaml`);
  writeFileSync(path, JSON.stringify(value));
  return path;
}

/** Helm looks for plugins and repositories in the home folder, which is an empty one here. */
function output(program: string, words: readonly string[], home: string): Promise<string> {
  const env = { HOME: home, PATH: process.env['PATH'] };
  return new Promise((resolve, reject) => {
    execFile(program, words, { env, maxBuffer: 64 << 20, timeout: 60_000 }, (error, stdout, stderr) => {
      if (error) reject(Object.assign(error, { stderr }));
      else resolve(stdout);
    });
  });
}
