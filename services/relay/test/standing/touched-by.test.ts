import assert from 'node:assert/strict';
import type { Announcement } from '@spectral/common';
import { TokenKind, type MachineClaims, type TicketClaims } from '@spectral/proto/wire';
import { touchedBy } from '../../src/standing/touched-by.ts';

const machine: MachineClaims = {
  sub: 'm',
  aud: TokenKind.machine,
  team: 't',
  key: 'k',
  registration: 2,
  host: 'h',
  exp: 0,
};
const person: TicketClaims = {
  sub: 'u',
  aud: TokenKind.ticket,
  name: 'U',
  machine: 'm',
  team: 't',
  session: 'l',
  exp: 0,
};
const registered = (registration: number): Announcement => ({
  type: 'machine-registered',
  machineId: 'm',
  registration,
  host: 'new',
});
const presence: Announcement = {
  type: 'presence',
  machineId: 'm',
  podId: 'p',
  epoch: 1,
  online: true,
  at: 0,
};

describe('whom an announcement touches', () => {
  const cases: [string, Announcement, machine: boolean, person: boolean][] = [
    [
      'a revoked machine: its link and everybody on it',
      { type: 'machine-revoked', machineId: 'm' },
      true,
      true,
    ],
    ['a changed machine: the same', { type: 'machine-changed', machineId: 'm' }, true, true],
    ['another machine: nobody', { type: 'machine-changed', machineId: 'n' }, false, false],
    ['a newer registration: the older link', registered(3), true, false],
    ['its own registration: nobody', registered(2), false, false],
    ['an ended key: links under it', { type: 'key-ended', keyId: 'k' }, true, false],
    ['another key: nobody', { type: 'key-ended', keyId: 'x' }, false, false],
    [
      'a member: their sockets, and the team’s links',
      { type: 'member-changed', teamId: 't', userId: 'u' },
      true,
      true,
    ],
    ['a member of another team: nobody', { type: 'member-changed', teamId: 'x', userId: 'u' }, false, false],
    ['an ended login: its sockets', { type: 'login-ended', loginId: 'l' }, false, true],
    ['models: nobody', { type: 'models-changed', teamId: 't' }, false, false],
    ['presence: nobody', presence, false, false],
  ];
  for (const [what, announcement, touchesMachine, touchesPerson] of cases) {
    it(what, () => {
      const touched = touchedBy(announcement);

      assert.equal(touched.machine(machine), touchesMachine);
      assert.equal(touched.person(person), touchesPerson);
    });
  }

  it('what was revoked or registered anew needs no asking', () => {
    assert.deepEqual(touchedBy({ type: 'machine-revoked', machineId: 'm' }).settled, { reason: 'revoked' });
    assert.deepEqual(touchedBy(registered(3)).settled, { reason: 'newer', newerHost: 'new' });
    assert.equal(touchedBy({ type: 'machine-changed', machineId: 'm' }).settled, undefined);
  });
});
