import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { Role } from '@spectral/proto/wire';
import {
  mayDo,
  removalRefusal,
  roleChangeRefusal,
  type MemberRefusal,
  type TeamAction,
} from '../../src/teams/roles.ts';

const ROLES: Role[] = ['owner', 'admin', 'member'];

describe('roles', () => {
  it('members see the team and its usage; owners and admins lead it', () => {
    const led: TeamAction[] = [
      'rename-team',
      'invite',
      'see-invitations',
      'see-keys',
      'manage-keys',
      'manage-models',
      'manage-shared-machines',
    ];

    for (const action of led)
      assert.deepEqual(
        ROLES.filter((role) => mayDo(role, action)),
        ['owner', 'admin'],
        action,
      );
    for (const action of ['see-team', 'see-usage'] as const)
      assert.ok(
        ROLES.every((role) => mayDo(role, action)),
        action,
      );
  });

  it('a role is changed from above, never by oneself upwards, and an owner stays', () => {
    const table: [Role, Role, Role, number, MemberRefusal | null][] = [
      // caller, target, next role, owners in the team
      ['owner', 'member', 'owner', 1, null],
      ['owner', 'owner', 'member', 2, null],
      ['owner', 'owner', 'member', 1, 'last-owner'],
      ['owner', 'owner', 'owner', 1, null],
      ['admin', 'member', 'admin', 1, null],
      ['admin', 'admin', 'member', 1, null],
      ['admin', 'admin', 'owner', 1, 'forbidden'],
      ['admin', 'owner', 'member', 2, 'forbidden'],
      ['member', 'member', 'admin', 1, 'forbidden'],
      ['member', 'owner', 'member', 2, 'forbidden'],
    ];

    for (const [caller, target, next, owners, refusal] of table) {
      assert.equal(
        roleChangeRefusal(caller, target, next, owners),
        refusal,
        `${caller} makes ${target} ${next}`,
      );
    }
  });

  it('everybody may leave but the last owner; others are removed from above', () => {
    const table: [Role, Role, boolean, number, MemberRefusal | null][] = [
      // caller, target, the same person, owners in the team
      ['member', 'member', true, 1, null],
      ['admin', 'admin', true, 1, null],
      ['owner', 'owner', true, 2, null],
      ['owner', 'owner', true, 1, 'last-owner'],
      ['owner', 'owner', false, 2, null],
      ['owner', 'admin', false, 1, null],
      ['admin', 'admin', false, 1, null],
      ['admin', 'owner', false, 1, 'forbidden'],
      ['admin', 'owner', false, 2, 'forbidden'],
      ['member', 'member', false, 1, 'forbidden'],
      ['member', 'owner', false, 1, 'forbidden'],
    ];

    for (const [caller, target, isSelf, owners, refusal] of table) {
      assert.equal(removalRefusal(caller, target, isSelf, owners), refusal, `${caller} removes ${target}`);
    }
  });
});
