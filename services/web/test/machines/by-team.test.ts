import assert from 'node:assert/strict';
import { byTeam } from '../../src/machines/by-team.ts';
import { startFakeBackend } from '../support/fake-backend.ts';

describe('machines by team', () => {
  it('teams by name, online machines first', async () => {
    const backend = await startFakeBackend();
    await backend.close();

    const names = byTeam(backend.gateway.machines.toReversed()).map(({ team, members }) => [
      team.name,
      ...members.map(({ name }) => name),
    ]);

    assert.deepEqual(names, [
      ['Core platform', 'staging-01', 'ada-laptop'],
      ['Lab', 'gpu-bench', 'old-tower'],
    ]);
  });
});
