import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import {
  registrationOutcome,
  type NamedMachine,
  type Registrant,
} from '../../src/machines/registration-rules.ts';

const byKey: Registrant = { userId: null, keyId: 'k1', hostname: 'build-1' };
const byAda: Registrant = { userId: 'ada', keyId: null, hostname: 'laptop' };
const byBob: Registrant = { userId: 'bob', keyId: null, hostname: 'laptop' };

const ofTeam: NamedMachine = { visibility: 'SHARED', ownerId: null, keyId: 'k1', hostname: 'build-1' };
const adasPrivate: NamedMachine = { visibility: 'PRIVATE', ownerId: 'ada', keyId: null, hostname: 'laptop' };
const adasShared: NamedMachine = { ...adasPrivate, visibility: 'SHARED' };
const teamMadePrivate: NamedMachine = { ...ofTeam, visibility: 'PRIVATE', ownerId: 'ada' };

describe('registration', () => {
  const table: [string, NamedMachine | null, Registrant, ReturnType<typeof registrationOutcome>][] = [
    ['a new name with a key: the team’s, shared', null, byKey, { ownerId: null, visibility: 'SHARED' }],
    [
      'a new name with a login: that person’s, private',
      null,
      byAda,
      { ownerId: 'ada', visibility: 'PRIVATE' },
    ],
    ['the team’s machine again with a key', ofTeam, byKey, { ownerId: null, visibility: 'SHARED' }],
    [
      'the team’s machine from another host: newest wins',
      ofTeam,
      { ...byKey, hostname: 'other' },
      { ownerId: null, visibility: 'SHARED' },
    ],
    [
      'the team’s machine with a login: becomes theirs, stays shared',
      ofTeam,
      byAda,
      { ownerId: 'ada', visibility: 'SHARED' },
    ],
    ['her own private machine', adasPrivate, byAda, { ownerId: 'ada', visibility: 'PRIVATE' }],
    ['another’s private machine with a login', adasPrivate, byBob, 'name-taken'],
    ['another’s private machine with a key', adasPrivate, byKey, 'name-taken'],
    [
      'another’s private machine with a key, from the same host',
      adasPrivate,
      { ...byKey, hostname: 'laptop' },
      'name-taken',
    ],
    ['another’s shared machine', adasShared, byBob, { ownerId: 'bob', visibility: 'SHARED' }],
    [
      'a keyed machine made private comes back',
      teamMadePrivate,
      byKey,
      { ownerId: 'ada', visibility: 'PRIVATE' },
    ],
    [
      'it comes back with a rotated key',
      teamMadePrivate,
      { ...byKey, keyId: 'k2' },
      { ownerId: 'ada', visibility: 'PRIVATE' },
    ],
    ['it does not come from another host', teamMadePrivate, { ...byKey, hostname: 'other' }, 'name-taken'],
    ['its owner may take it over', teamMadePrivate, byAda, { ownerId: 'ada', visibility: 'PRIVATE' }],
    ['others may not', teamMadePrivate, byBob, 'name-taken'],
  ];
  for (const [what, machine, registrant, outcome] of table) {
    it(what, () => assert.deepEqual(registrationOutcome(machine, registrant), outcome));
  }
});
