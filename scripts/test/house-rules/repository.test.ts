// The house rules, held by every file of the repository. How each rule judges is in the tests beside this one.

import assert from 'node:assert/strict';
import { homedir } from 'node:os';
import { environmentFaults } from '../../house-rules/environment-rules.ts';
import { tellFault, type Fault } from '../../house-rules/fault.ts';
import { directionFaults } from '../../house-rules/import-directions.ts';
import { importEdges, importRings, type ImportEdge } from '../../house-rules/import-graph.ts';
import { isCompatible } from '../../house-rules/licences.ts';
import { lockedLicences } from '../../house-rules/locked-licences.ts';
import { machinePathFaults } from '../../house-rules/machine-paths.ts';
import { facesIn, sourcesIn, textFilesIn } from '../../house-rules/repository-files.ts';
import type { SourceFile } from '../../house-rules/source-file.ts';
import { sourceFaults } from '../../house-rules/source-rules.ts';
import { repositoryRoot } from '../../repository.ts';

describe('the house', () => {
  let sources: SourceFile[];
  let edges: ImportEdge[];

  before(() => {
    sources = sourcesIn(repositoryRoot);
    edges = importEdges(sources, facesIn(repositoryRoot));
    assert.ok(edges.length > 20, 'the rules look at the real tree');
  });

  it('imports point down', () => {
    assertNone(directionFaults(edges));
  });

  it('imports never run in a ring', () => {
    assert.deepEqual(importRings(edges), []);
  });

  it('the environment is read in main files and named in config files', () => {
    assertNone(environmentFaults(sources));
  });

  it('files are short, stateless at their top, and hide nothing from the type checker', () => {
    assertNone(sourceFaults(sources));
  });

  it('nothing names a folder of this machine or a private registry', () => {
    const folders = [repositoryRoot, homedir()].filter((folder) => folder.split('/').length > 2);

    assertNone(machinePathFaults(textFilesIn(repositoryRoot), folders));
  });

  it('every locked package may be shipped with an MIT program', () => {
    const unfit = lockedLicences(repositoryRoot).filter(
      ({ licence }) => licence === null || !isCompatible(licence),
    );

    assert.deepEqual(unfit, []);
  });
});

function assertNone(faults: readonly Fault[]): void {
  if (faults.length > 0) assert.fail(`${faults.length} faults:\n${faults.map(tellFault).join('\n')}`);
}
