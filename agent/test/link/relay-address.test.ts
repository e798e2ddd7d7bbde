import { strict as assert } from 'node:assert';
import type { Enrolment } from '@spectral/proto/wire';
import { relayAddress } from '../../src/link/relay-address.ts';

const GIVEN = 'wss://relay.example.com/agent-connection?machine=m-1';

describe('the address of the relay', () => {
  it('is the one the gateway gave, as it is', () => {
    assert.equal(relayAddress(null, enrolled()), GIVEN);
  });

  it('is the one set on this machine, which is made to name the machine for load balancers', () => {
    const set = 'ws://inside:8081/agent-connection?zone=a';

    assert.equal(relayAddress(set, enrolled()), `${set}&machine=m-1`);
  });

  it('stays as it was set where it names a machine itself', () => {
    const set = 'ws://inside:8081/agent-connection?machine=rack-7';

    assert.equal(relayAddress(set, enrolled()), set);
  });
});

function enrolled(): Enrolment {
  return {
    machine: {
      id: 'm-1',
      name: 'machine',
      hostname: 'host',
      version: '0.1.0',
      online: false,
      lastSeenAt: null,
      pid: null,
      visibility: 'SHARED',
      team: { id: 't', name: 'Team' },
      owner: null,
      canManage: false,
      fleet: null,
    },
    token: 'token',
    expiresAt: new Date(0).toISOString(),
    relayUrl: GIVEN,
  };
}
