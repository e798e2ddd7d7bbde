import { strict as assert } from 'node:assert';
import { createBackendClient } from '../../src/backend/backend-client.ts';
import { obtainAccess, type MachineAccessOptions } from '../../src/backend/machine-access.ts';
import { loginCredential } from '../../src/settings/credential.ts';
import { useCleanUp } from '../support/clean-up.ts';
import { TEAM_KEY, startFakeGateway } from '../support/fake-gateway.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { waitUntil } from '../support/wait-until.ts';

describe('access to the backend', () => {
  const defer = useCleanUp();

  it('registers with the team key and asks for models with the machine token', async () => {
    const { gateway, access } = await start();

    assert.deepEqual(
      gateway.calls.map(({ method, path, credential }) => [method, path, credential]),
      [
        ['POST', '/api/machines', TEAM_KEY],
        ['GET', '/v1/models', 'machine-token-1'],
      ],
    );
    assert.deepEqual(
      access.models.map((model) => model.id),
      ['scripted/one', 'scripted/two'],
    );
  });

  it('renews its token at half of its life, with the token itself', async () => {
    const { gateway, access, clock } = await start();

    clock.advance(gateway.tokenLifeMs / 2 - 5_000);
    assert.equal(gateway.calls.length, 2);
    clock.advance(10_000);
    await waitUntil('the new token', () => access.enrolment.token === 'machine-token-2');

    const renewal = gateway.calls.at(-1);
    assert.deepEqual([renewal?.path, renewal?.credential], ['/api/machines/self/token', 'machine-token-1']);
  });

  for (const reason of ['revoked', 'newer', 'key-ended']) {
    it(`is refused for good when the gateway says ${reason}`, async () => {
      const { gateway, access } = await start();
      gateway.refusal = { status: 401, code: 'unauthenticated', message: 'no more', reason };

      assert.deepEqual(await access.renew(), { type: 'refused', message: 'no more' });
    });
  }

  it('registers again when the token merely expired, as after a long sleep', async () => {
    const { gateway, access } = await start();
    const calls = gateway.calls.length;
    gateway.refusal = { status: 401, code: 'unauthenticated', message: 'expired' };

    const outcome = access.renew();
    await waitUntil('the second attempt', () => gateway.calls.length === calls + 2);

    assert.deepEqual(
      gateway.calls.slice(-2).map(({ path, credential }) => [path, credential]),
      [
        ['/api/machines/self/token', 'machine-token-1'],
        ['/api/machines', TEAM_KEY],
      ],
    );
    assert.equal((await outcome).type, 'refused');
  });

  it('keeps what it has while the gateway is away', async () => {
    const { gateway, access } = await start();
    gateway.refusal = { status: 503, code: 'unavailable', message: 'later' };

    assert.deepEqual(await access.renew(), { type: 'renewal-failed' });
    assert.equal(access.enrolment.token, 'machine-token-1');
  });

  async function start() {
    const gateway = await startFakeGateway(defer);
    const clock = createManualClock(Date.now());
    const options: MachineAccessOptions = {
      backend: createBackendClient(gateway.url, fetch),
      credential: loginCredential({ mcpUrl: gateway.url, teamApiKey: TEAM_KEY }),
      registration: { name: 'alpha', hostname: 'host', version: '0.1.0', pid: 1 },
      changed: () => {},
      refused: () => {},
      clock,
      log: () => {},
    };
    const access = await obtainAccess(options);
    defer(() => access.close());
    return { gateway, access, clock };
  }
});
