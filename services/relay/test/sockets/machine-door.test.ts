import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { MACHINE_LINK_PATH } from '@spectral/proto/wire';
import { cleanUpAfterEach, afterTest } from '../support/clean-up.ts';
import { connectMachine, refusalOfMachine } from '../support/fake-machine.ts';
import { createIdentity } from '../support/identity.ts';
import { memoryGround, startPod } from '../support/start-pod.ts';
import { until } from '../support/until.ts';

describe('admission of machines', () => {
  cleanUpAfterEach();

  it('a genuine token of a machine that stands is let in and greeted', async () => {
    const { identity, pod } = await start();

    const machine = await connectMachine(pod.url, await identity.machineToken());

    assert.equal((await machine.control('welcome')).protocol, 1);
    assert.deepEqual(identity.asked[0]?.machines, [{ machineId: 'machine', registration: 1, keyId: null }]);
  });

  it('the machine named in the query is for load balancers: the token alone decides whose link it is', async () => {
    const { identity, pod, ground } = await start();

    await connectMachine(pod.url, await identity.machineToken(), 'another');

    assert.deepEqual([...(await ground.presence.find(['machine', 'another'])).keys()], ['machine']);
  });

  it('no token, a wrong one, an expired one, a ticket in its place and a stranger’s signature are 401', async () => {
    const { identity, pod } = await start();
    const stranger = await createIdentity();
    const headers = [
      {},
      { authorization: 'Bearer nonsense' },
      { authorization: `Basic ${await identity.machineToken()}` },
      { authorization: `Bearer ${await identity.machineToken({}, -1000)}` },
      { authorization: `Bearer ${await identity.ticket('machine')}` },
      { authorization: `Bearer ${await stranger.machineToken()}` },
    ];

    for (const header of headers) {
      assert.deepEqual(await refusalOfMachine(pod.url, header as Record<string, string>), {
        status: 401,
        code: 'token-expired',
      });
    }
    assert.equal(pod.relay.stats.machines, 0);
  });

  it('a revoked machine is 401 and told why', async () => {
    const { identity, pod } = await start();
    identity.fallen.set('machine', 'revoked');

    const refusal = await refusalOfMachine(pod.url, await bearer(identity));

    assert.deepEqual(refusal, { status: 401, code: 'machine-revoked' });
  });

  it('a gateway that does not answer is 503, and links that are up stay', async () => {
    const { identity, pod } = await start();
    const machine = await connectMachine(pod.url, await identity.machineToken({ sub: 'earlier' }));
    identity.away = true;

    const refusal = await refusalOfMachine(pod.url, await bearer(identity));

    assert.deepEqual(refusal, { status: 503, code: 'unavailable' });
    assert.equal(machine.closeCode, null);
  });

  it('a draining relay is 503 for whoever comes', async () => {
    const { identity, pod } = await start();
    await pod.relay.drain(0, 0);

    assert.deepEqual(await refusalOfMachine(pod.url, await bearer(identity)), {
      status: 503,
      code: 'draining',
    });
    assert.equal(pod.relay.ready(), false);
  });

  it('a peer that does not speak our subprotocol is 400 and told to update', async () => {
    const { identity, pod } = await start();

    const refusal = await refusalOfMachine(pod.url, await bearer(identity), 'spectral.machine.v9');

    assert.equal(refusal.status, 400);
  });

  it('a team has at most so many machines', async () => {
    const { identity, pod } = await start({ machinesPerTeam: 1 });
    await connectMachine(pod.url, await identity.machineToken({ sub: 'first' }));

    assert.equal((await refusalOfMachine(pod.url, await bearer(identity))).status, 429);
    await connectMachine(pod.url, await identity.machineToken({ sub: 'other', team: 'other' }));
  });

  it('a peer that leaves during admission leaves no machine behind', async () => {
    const { identity, pod, ground } = await start();

    await upgradeWithoutKey(pod.relay.port, await identity.machineToken());

    await until('nobody is held', async () => (await ground.presence.find(['machine'])).size === 0);
    assert.equal(pod.relay.stats.machines, 0);
  });

  it('a peer that leaves during admission takes nothing from the link that is up', async () => {
    const { identity, pod, ground } = await start();
    const machine = await connectMachine(pod.url, await identity.machineToken());
    const before = await ground.presence.find(['machine']);

    await upgradeWithoutKey(pod.relay.port, await identity.machineToken());

    await until('the claim is taken back', async () => {
      const now = await ground.presence.find(['machine']);
      return now.get('machine')?.epoch === before.get('machine')?.epoch;
    });
    assert.equal(machine.closeCode, null);
    assert.equal(pod.relay.stats.machines, 1);
  });

  it('whoever does not finish asking for an upgrade in time is cut', async () => {
    const { identity, pod } = await start({ handshakeMs: 200 });
    const socket = connect(pod.relay.port, '127.0.0.1');
    afterTest(() => socket.destroy());
    const closed = once(socket.resume(), 'close', { signal: AbortSignal.timeout(3_000) });

    socket.write(`GET ${MACHINE_LINK_PATH} HTTP/1.1\r\nHost: x\r\n`);

    await closed;
    assert.equal((await connectMachine(pod.url, await identity.machineToken())).closeCode, null);
  });

  it('a path that is none of ours is 404', async () => {
    const { pod } = await start();
    const socket = connect(pod.relay.port, '127.0.0.1');
    afterTest(() => socket.destroy());
    const answer = new Promise<string>((resolve) => socket.once('data', (data) => resolve(data.toString())));

    socket.write('GET /elsewhere HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');

    assert.match(await answer, /^HTTP\/1\.1 404 /);
  });
});

async function start(settings = {}) {
  const identity = await createIdentity();
  const ground = memoryGround(identity);
  return { identity, ground, pod: await startPod(ground, settings) };
}

async function bearer(identity: Awaited<ReturnType<typeof createIdentity>>) {
  return { authorization: `Bearer ${await identity.machineToken()}` };
}

/** Admitted by its token, refused by the WebSocket layer for want of a Sec-WebSocket-Key. Resolves when refused. */
async function upgradeWithoutKey(port: number, token: string): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  afterTest(() => socket.destroy());
  socket.write(
    `GET ${MACHINE_LINK_PATH} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: spectral.machine.v1\r\nAuthorization: Bearer ${token}\r\n\r\n`,
  );
  const [answer] = (await once(socket, 'data', { signal: AbortSignal.timeout(3_000) })) as [Buffer];
  assert.match(answer.toString(), /^HTTP\/1.1 400/);
}
