import assert from 'node:assert/strict';
import { WatchedMachine } from '../../src/routing/watched-machine.ts';

describe('a watched machine', () => {
  it('is where its newest link is, in whatever order the news arrive', () => {
    const machine = new WatchedMachine('m');

    assert.equal(machine.held({ podId: 'b', epoch: 2 }), true);
    assert.equal(machine.held({ podId: 'a', epoch: 1 }), false);
    assert.equal(machine.gone(1, 100, true), false);

    assert.deepEqual(machine.holder, { podId: 'b', epoch: 2 });
  });

  it('a link that was closed does not come back by a late message', () => {
    const machine = new WatchedMachine('m');
    machine.held({ podId: 'a', epoch: 1 });

    assert.equal(machine.gone(1, 100, true), true);

    assert.equal(machine.held({ podId: 'a', epoch: 1 }), false);
    assert.equal(machine.lastSeenAt, 100);
  });

  it('news of an end that overtakes its beginning counts', () => {
    const machine = new WatchedMachine('m');

    machine.gone(3, 100, true);

    assert.equal(machine.held({ podId: 'a', epoch: 3 }), false);
    assert.equal(machine.held({ podId: 'a', epoch: 4 }), true);
  });

  it('a link that was only out of sight is found again', () => {
    const machine = new WatchedMachine('m');
    machine.held({ podId: 'a', epoch: 1 });

    assert.equal(machine.gone(1, 100, false), true);

    assert.equal(machine.held({ podId: 'a', epoch: 1 }), true);
  });
});
