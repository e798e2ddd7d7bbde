// `make images`: builds the four images with docker or podman, whichever is here.

import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { Stop, runMain, say } from '../launcher/say.mjs';
import { repositoryRoot } from '../repository.ts';
import { IMAGES, baseImage, buildArguments, type ImageSettings } from './images.ts';

await runMain(buildImages);

function buildImages(): void {
  const builder = builderHere();
  const settings = settingsFor(builder);
  for (const image of IMAGES) {
    say(`building ${settings.registry}/spectral/${image.name}:${settings.tag} …`);
    const { status } = spawnSync(builder, buildArguments(image, settings), {
      cwd: repositoryRoot,
      stdio: 'inherit',
    });
    if (status !== 0) throw new Stop(`${image.dockerfile} could not be built; the reason is above.`);
  }
}

function builderHere(): string {
  const found = ['docker', 'podman'].find(
    (name) => spawnSync(name, ['info'], { stdio: 'ignore' }).status === 0,
  );
  if (found !== undefined) return found;
  throw new Stop('no container builder answers; start docker or podman, then run `make images` again.');
}

function settingsFor(builder: string): ImageSettings {
  const chart = parse(readFileSync(join(repositoryRoot, 'charts/spectral/Chart.yaml'), 'utf8')) as {
    appVersion: string;
  };
  return {
    registry: process.env['IMAGE_REGISTRY'] ?? 'localhost',
    tag: process.env['IMAGE_TAG'] ?? chart.appVersion,
    nodeDigest: process.env['NODE_DIGEST'] ?? digestOfBase(builder),
    revision: execFileSync('git', ['rev-parse', 'HEAD'], { cwd: repositoryRoot, encoding: 'utf8' }).trim(),
  };
}

/** Pulls the base by its tag once and says which one it was, so that it can be given next time. */
function digestOfBase(builder: string): string {
  const base = baseImage(readFileSync(join(repositoryRoot, 'agent/Dockerfile'), 'utf8'));
  const pulled = spawnSync(builder, ['pull', '--quiet', base], { stdio: ['ignore', 'ignore', 'inherit'] });
  if (pulled.status !== 0)
    throw new Stop(`${base} could not be pulled; give its digest in NODE_DIGEST=sha256:…`);
  const format = ['--format', '{{index .RepoDigests 0}}'];
  const named = execFileSync(builder, ['image', 'inspect', base, ...format], { encoding: 'utf8' }).trim();
  const digest = named.slice(named.indexOf('@') + 1);
  say(`built on ${base}@${digest}; pin it with NODE_DIGEST=${digest}`);
  return digest;
}
