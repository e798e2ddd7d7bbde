/**
 * An image's files without a builder: what the last stage of its Dockerfile copies, put into an empty folder, with the
 * packages `npm ci --omit=dev --workspace …` would install linked in. What a COPY or a dependency forgets is not there.
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { parseDockerfile, type Dockerfile, type Stage } from '../../../images/dockerfile.ts';
import { repositoryRoot } from '../../../repository.ts';
import { productionPackages } from './production-packages.ts';

export interface StagedImage {
  /** What is `/app` in the image. */
  readonly app: string;
  /** Its last stage. */
  readonly stage: Stage;
  remove(): void;
}

/** Stages one. The page is built in the image; here its folder gets a stand-in. */
export function stageImage(path: string): StagedImage {
  const dockerfile = parseDockerfile(readFileSync(join(repositoryRoot, path), 'utf8'));
  const stage = dockerfile.stages.at(-1);
  if (!stage) throw new Error(`${path} has no stage`);
  const folder = mkdtempSync(join(tmpdir(), 'spectral-image-'));
  const app = join(folder, 'app');
  mkdirSync(app, { recursive: true });
  copyInto(app, stage, dockerfile);
  return { app, stage, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

function copyInto(app: string, { instructions }: Stage, dockerfile: Dockerfile): void {
  for (const { name, text } of instructions.filter((one) => one.name === 'COPY')) {
    const [first = '', ...rest] = text.split(' ');
    const from = /^--from=(.+)$/.exec(first)?.[1];
    if (from === undefined) copyFromRepository(app, [first, ...rest]);
    else if (from === 'packages') copyPackages(app, dockerfile);
    else if (from === 'page') standIn(join(app, rest.at(-1) ?? ''));
    else throw new Error(`${name} ${text}: no stage of that name is known here`);
  }
}

/**
 * What a stage other than the last copies, with every package linked in, and what it then runs in the form `node …`.
 * The last of its commands is returned; `npm ci` is what the links stand for.
 */
export function stageBuild(path: string, name: string): { app: string; command: string[]; remove(): void } {
  const dockerfile = parseDockerfile(readFileSync(join(repositoryRoot, path), 'utf8'));
  const app = mkdtempSync(join(tmpdir(), 'spectral-image-'));
  const stages = ['manifests', name].map((each) => dockerfile.stages.find((stage) => stage.name === each));
  const instructions = stages.flatMap((stage) => stage?.instructions ?? []);
  for (const { text } of instructions.filter((one) => one.name === 'COPY'))
    copyFromRepository(app, text.split(' '));
  for (const each of allPackages()) linkPackage(app, each);
  const run = instructions.filter((one) => one.name === 'RUN').at(-1);
  return {
    app,
    command: run?.text.split(' ') ?? [],
    remove: () => rmSync(app, { recursive: true, force: true }),
  };
}

function allPackages(): string[] {
  const folder = join(repositoryRoot, 'node_modules');
  return readdirSync(folder).flatMap((name) =>
    name.startsWith('@') ? readdirSync(join(folder, name)).map((each) => `${name}/${each}`) : name,
  );
}

/** Tests, builds and packages stay out, as .dockerignore says. */
function copyFromRepository(app: string, words: readonly string[]): void {
  const target = words.at(-1) ?? '';
  for (const source of words.slice(0, -1)) {
    const to = join(app, target.endsWith('/') ? join(target, basename(source)) : target);
    cpSync(join(repositoryRoot, source), to, {
      recursive: true,
      filter: (file) => !['node_modules', 'dist', 'test'].includes(basename(file)),
    });
  }
}

function copyPackages(app: string, { stages }: Dockerfile): void {
  const manifests = stages.find(({ name }) => name === 'manifests')?.instructions ?? [];
  for (const { text } of manifests.filter(({ name }) => name === 'COPY'))
    copyFromRepository(app, text.split(' '));
  const install = stages
    .find(({ name }) => name === 'packages')
    ?.instructions.find(({ name }) => name === 'RUN');
  const workspace = /^npm ci --omit=dev .*--workspace (\S+)$/.exec(install?.text ?? '')?.[1];
  if (workspace === undefined)
    throw new Error('the stage packages installs one workspace without what is for development');
  for (const name of productionPackages(repositoryRoot, workspace)) linkPackage(app, name);
}

/** Our own packages are linked to the staged folders: a link to the checkout would hide what is not copied. */
function linkPackage(app: string, name: string): void {
  const place = join(app, 'node_modules', name);
  mkdirSync(dirname(place), { recursive: true });
  const own = name.startsWith('@spectral/') ? ownFolder(name) : null;
  symlinkSync(own === null ? join(repositoryRoot, 'node_modules', name) : join(app, own), place);
}

function ownFolder(name: string): string {
  const folders = [
    'proto',
    'agent',
    'load-tests',
    ...readdirSync(join(repositoryRoot, 'services')).map((one) => `services/${one}`),
  ];
  const found = folders.find((folder) => {
    const manifest = join(repositoryRoot, folder, 'package.json');
    return (
      existsSync(manifest) && (JSON.parse(readFileSync(manifest, 'utf8')) as { name: string }).name === name
    );
  });
  if (found === undefined) throw new Error(`${name} is no workspace`);
  return found;
}

function standIn(folder: string): void {
  mkdirSync(folder, { recursive: true });
}
