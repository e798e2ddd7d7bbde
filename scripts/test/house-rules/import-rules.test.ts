import assert from 'node:assert/strict';
import { directionFaults } from '../../house-rules/import-directions.ts';
import { importEdges, importRings, type ImportEdge } from '../../house-rules/import-graph.ts';
import { readSource } from '../../house-rules/source-file.ts';

const faces = new Map([
  ['@spectral/proto/wire', 'proto/wire/index.ts'],
  ['@spectral/common', 'services/common/src/index.ts'],
  ['@spectral/relay', 'services/relay/src/index.ts'],
]);

const ground = {
  'proto/wire/index.ts': '',
  'services/common/src/index.ts': '',
  'services/relay/src/index.ts': '',
};

describe('import directions', () => {
  it('a service may stand on common and proto', () => {
    const edges = edgesOf({
      'services/gateway/src/app.ts': `import { wire } from '@spectral/proto/wire'; import { log } from '@spectral/common';`,
    });

    assert.equal(edges.length, 2);
    assert.deepEqual(directionFaults(edges), []);
  });

  for (const [how, code] of Object.entries({
    'a plain import': `import { start } from '@spectral/relay';`,
    'a type-only import': `import type { Relay } from '@spectral/relay';`,
    'an inline type import': `type Relay = import('@spectral/relay').Relay;`,
    'a re-export': `export { start } from '@spectral/relay';`,
    'a re-export of everything': `export * from '@spectral/relay';`,
    'a dynamic import': `await import('@spectral/relay');`,
  })) {
    it(`one service importing another by ${how} is a fault`, () => {
      const [fault, ...more] = directionFaults(edgesOf({ 'services/gateway/src/app.ts': `\n${code}` }));

      assert.equal(more.length, 0);
      assert.deepEqual(
        { path: fault?.path, line: fault?.line },
        { path: 'services/gateway/src/app.ts', line: 2 },
      );
      assert.match(fault?.message ?? '', /services\/gateway stands on .*services\/common/);
    });
  }

  it('the wire importing a service is a fault', () => {
    assertFault(
      { 'proto/wire/frame.ts': `import type { Log } from '@spectral/common';` },
      /stands on nothing of ours/,
    );
  });

  it('source importing test code is a fault', () => {
    assertFault(
      { 'agent/src/a.ts': `import '../test/support/b.ts';`, 'agent/test/support/b.ts': '' },
      /which is test code/,
    );
  });

  it('reaching into another package by path is a fault', () => {
    assertFault(
      { 'services/relay/src/a.ts': `import '../../common/src/index.ts';` },
      /use the package's name/,
    );
  });

  it('choosing a medium outside of a composition root is a fault', () => {
    const bus = { 'services/relay/src/routing/redis-bus.ts': '' };

    assertFault(
      { ...bus, 'services/relay/src/routing/router.ts': `import './redis-bus.ts';` },
      /stands on redis/,
    );
    assert.deepEqual(
      directionFaults(edgesOf({ ...bus, 'services/relay/src/main.ts': `import './routing/redis-bus.ts';` })),
      [],
    );
  });

  it('an end-to-end test may start any part', () => {
    const files = {
      'agent/src/serve.ts': '',
      'services/standalone/test/a.test.ts': `import '../../../agent/src/serve.ts';`,
    };

    assert.deepEqual(directionFaults(edgesOf(files)), []);
  });

  it('a folder that no room is named for is refused', () => {
    assert.throws(
      () => directionFaults(edgesOf({ 'attic/a.ts': `import './b.ts';`, 'attic/b.ts': '' })),
      /in no room/,
    );
  });
});

describe('import rings', () => {
  it('a ring is found with all of its files, however it is imported', () => {
    const rings = importRings(
      edgesOf({
        'agent/src/a.ts': `import './b.ts';`,
        'agent/src/b.ts': `import type { C } from './c.ts';`,
        'agent/src/c.ts': `export * from './a.ts';`,
        'agent/src/outside.ts': `import './a.ts';`,
      }),
    );

    assert.deepEqual(rings, [['agent/src/a.ts', 'agent/src/b.ts', 'agent/src/c.ts']]);
  });

  it('two ways to one file are no ring', () => {
    const edges = edgesOf({
      'agent/src/a.ts': `import './b.ts'; import './c.ts';`,
      'agent/src/b.ts': `import './d.ts';`,
      'agent/src/c.ts': `import './d.ts'; import './b.ts';`,
      'agent/src/d.ts': '',
    });

    assert.equal(edges.length, 5);
    assert.deepEqual(importRings(edges), []);
  });

  it('a file that imports itself is a ring', () => {
    assert.deepEqual(importRings(edgesOf({ 'agent/src/a.ts': `import './a.ts';` })), [['agent/src/a.ts']]);
  });
});

function edgesOf(files: Readonly<Record<string, string>>): ImportEdge[] {
  const sources = Object.entries({ ...ground, ...files }).map(([path, text]) => readSource(path, text));
  return importEdges(sources, faces);
}

function assertFault(files: Readonly<Record<string, string>>, message: RegExp): void {
  const faults = directionFaults(edgesOf(files));
  assert.equal(faults.length, 1);
  assert.match(faults[0]?.message ?? '', message);
}
