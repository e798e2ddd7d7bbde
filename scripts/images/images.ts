// The images there are, and how they are called.

export interface Image {
  readonly name: string;
  /** Relative to the repository. */
  readonly dockerfile: string;
}

export const IMAGES: readonly Image[] = [
  { name: 'gateway', dockerfile: 'services/gateway/Dockerfile' },
  { name: 'relay', dockerfile: 'services/relay/Dockerfile' },
  { name: 'operator', dockerfile: 'services/operator/Dockerfile' },
  { name: 'agent', dockerfile: 'agent/Dockerfile' },
];

export interface ImageSettings {
  /** IMAGE_REGISTRY. Default `localhost`, as in the chart. */
  readonly registry: string;
  /** IMAGE_TAG. Default: the chart's appVersion. */
  readonly tag: string;
  /** NODE_DIGEST: of the base image. */
  readonly nodeDigest: string;
  /** The commit that is built. */
  readonly revision: string;
}

/** Arguments of `docker` (or what speaks like it) that build one image from the repository's root. */
export function buildArguments({ name, dockerfile }: Image, settings: ImageSettings): string[] {
  const { registry, tag, nodeDigest, revision } = settings;
  const values = { NODE_DIGEST: nodeDigest, VERSION: tag, REVISION: revision };
  const named = Object.entries(values).flatMap(([key, value]) => ['--build-arg', `${key}=${value}`]);
  return ['build', '--file', dockerfile, '--tag', `${registry}/spectral/${name}:${tag}`, ...named, '.'];
}

/** The base image, whose digest is looked up when none is given; the version stands in every Dockerfile. */
export function baseImage(dockerfile: string): string {
  const version = /^ARG NODE_VERSION=(.+)$/m.exec(dockerfile)?.[1];
  if (version === undefined) throw new Error('the Dockerfile names no NODE_VERSION');
  return `docker.io/library/node:${version}-bookworm-slim`;
}
