import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { Role } from '@spectral/proto/wire';
import { managesMachine, ownerAfter, seesMachine, type OwnedMachine } from '../../src/machines/visibility.ts';

const shared: OwnedMachine = { visibility: 'SHARED', ownerId: null };
const sharedByAda: OwnedMachine = { visibility: 'SHARED', ownerId: 'ada' };
const privateOfAda: OwnedMachine = { visibility: 'PRIVATE', ownerId: 'ada' };

describe('visibility of machines', () => {
  const table: [string, OwnedMachine, string, Role | null, boolean, boolean][] = [
    // what, machine, person, role in its team, sees, manages
    ['a shared machine of the team', shared, 'ada', 'member', true, false],
    ['a shared machine of the team', shared, 'ada', 'admin', true, true],
    ['a shared machine of the team', shared, 'ada', 'owner', true, true],
    ['a shared machine of the team', shared, 'eve', null, false, false],
    ['a machine she shares', sharedByAda, 'ada', 'member', true, true],
    ['a machine Ada shares', sharedByAda, 'bob', 'member', true, false],
    ['a machine Ada shares', sharedByAda, 'bob', 'admin', true, true],
    ['her private machine', privateOfAda, 'ada', 'member', true, true],
    ['Ada’s private machine', privateOfAda, 'bob', 'member', false, false],
    ['Ada’s private machine', privateOfAda, 'bob', 'owner', false, false],
    ['her private machine after she left', privateOfAda, 'ada', null, false, false],
  ];
  for (const [what, machine, userId, role, sees, manages] of table) {
    it(`${userId} (${role ?? 'no member'}) ${sees ? 'sees' : 'does not see'}${manages ? ' and manages' : ''} ${what}`, () => {
      assert.equal(seesMachine(machine, { userId, role }), sees);
      assert.equal(managesMachine(machine, { userId, role }), manages);
    });
  }

  it('a private machine always has an owner: who made it so, unless there was one', () => {
    assert.equal(ownerAfter(shared, 'PRIVATE', 'bob'), 'bob');
    assert.equal(ownerAfter(sharedByAda, 'PRIVATE', 'bob'), 'ada');
    assert.equal(ownerAfter(privateOfAda, 'SHARED', 'ada'), 'ada');
    assert.equal(ownerAfter(shared, 'SHARED', 'bob'), null);
  });
});
