import assert from 'node:assert/strict';
import type { Machine } from '@spectral/proto/wire';
import { createMachines } from '../../src/data/machines.ts';

const machine: Machine = {
  id: 'm1',
  name: 'one',
  hostname: 'one',
  version: '0.1.0',
  online: true,
  lastSeenAt: null,
  pid: 1,
  visibility: 'SHARED',
  team: { id: 't', name: 'T' },
  owner: null,
  canManage: true,
  fleet: null,
};

describe('machines', () => {
  it('a failed question keeps the list from before and tells why', async () => {
    const answers: (() => Promise<Machine[]>)[] = [
      async () => [machine],
      () => Promise.reject(new Error('down')),
    ];
    const machines = createMachines({ machines: () => answers.shift()?.() ?? Promise.resolve([]) });

    await machines.refresh();
    await machines.refresh();

    assert.deepEqual(machines.get().machines, [machine]);
    assert.match(String(machines.get().failure), /down/);
  });

  it('changes are put in place at once', async () => {
    const machines = createMachines({ machines: async () => [machine] });
    await machines.refresh();

    machines.put({ ...machine, visibility: 'PRIVATE' });
    assert.equal(machines.get().machines?.[0]?.visibility, 'PRIVATE');

    machines.remove('m1');
    assert.deepEqual(machines.get().machines, []);
  });
});
