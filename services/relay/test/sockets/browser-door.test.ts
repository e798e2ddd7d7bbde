import assert from 'node:assert/strict';
import { BROWSER_LINK_PATH, CLOSE } from '@spectral/proto/wire';
import { io } from 'socket.io-client';
import { WebSocket } from 'ws';
import { afterTest, cleanUpAfterEach } from '../support/clean-up.ts';
import { connectBrowser, refusalOfBrowser } from '../support/fake-browser.ts';
import { connectMachine } from '../support/fake-machine.ts';
import { createIdentity } from '../support/identity.ts';
import { memoryGround, startPod } from '../support/start-pod.ts';

describe('admission of browsers', () => {
  cleanUpAfterEach();

  it('a genuine ticket is let in and told whether the machine is there', async () => {
    const { identity, pod } = await start();
    await connectMachine(pod.url, await identity.machineToken());

    const [there, away] = [
      await connectBrowser(pod.url, await identity.ticket('machine'), 'machine'),
      await connectBrowser(pod.url, await identity.ticket('elsewhere')),
    ];

    assert.equal((await there.control('welcome')).machine.online, true);
    const { machine } = await away.control('welcome');
    assert.deepEqual(machine, { id: 'elsewhere', online: false, lastSeenAt: null });
    assert.deepEqual(identity.asked.at(-1)?.people, [
      { userId: 'user', machineId: 'elsewhere', loginId: 'login' },
    ]);
  });

  it('no ticket, a wrong one, an expired one, and a machine token in its place are refused', async () => {
    const { identity, pod } = await start();
    const refused = [
      {},
      { ticket: 7 },
      { ticket: 'nonsense' },
      { ticket: await identity.ticket('machine', {}, -1000) },
      { ticket: await identity.machineToken() },
      { ticket: await (await createIdentity()).ticket('machine') },
    ];

    for (const auth of refused) {
      assert.equal((await refusalOfBrowser(pod.url, auth)).code, CLOSE.tokenExpired.code);
    }
    assert.equal(pod.relay.stats.browsers, 0);
  });

  it('a person who may not use the machine is refused, and so is a ticket for another machine than named', async () => {
    const { identity, pod } = await start();
    const ticket = await identity.ticket('machine');

    assert.equal((await refusalOfBrowser(pod.url, { ticket }, 'other')).code, CLOSE.forbidden.code);
    identity.fallen.set('user', 'forbidden');
    assert.equal((await refusalOfBrowser(pod.url, { ticket })).code, CLOSE.forbidden.code);
  });

  it('a gateway that does not answer refuses with a code to come again', async () => {
    const { identity, pod } = await start();
    identity.away = true;

    const refusal = await refusalOfBrowser(pod.url, { ticket: await identity.ticket('machine') });

    assert.equal(refusal.code, CLOSE.unavailable.code);
  });

  it('a page of a foreign origin gets no socket; the own host and allowed origins do', async () => {
    const { identity, pod } = await start({ allowedOrigins: ['https://spectral.example.com'] });
    const ticket = await identity.ticket('machine');

    assert.equal(await statusFor(pod.url, 'https://evil.example.com'), 403);
    assert.equal(await statusFor(pod.url, 'null'), 403);
    assert.equal(await statusFor(pod.url, 'https://spectral.example.com'), 101);
    assert.equal(await statusFor(pod.url, pod.url), 101);
    await connectBrowser(pod.url, ticket);
  });

  it('a draining relay and HTTP polling are turned away', async () => {
    const { identity, pod } = await start();
    const polling = await fetch(`${pod.url}${BROWSER_LINK_PATH}/?EIO=4&transport=polling`);
    assert.equal(polling.status, 404);
    await polling.body?.cancel();

    await pod.relay.drain(0, 0);

    assert.equal(await statusFor(pod.url, pod.url), 503);
    await assert.rejects(connectBrowser(pod.url, await identity.ticket('machine')));
  });

  it('whoever presents no ticket in time is cut', async () => {
    const { pod } = await start({ handshakeMs: 100 });
    const socket = new WebSocket(
      `${pod.url.replace('http', 'ws')}${BROWSER_LINK_PATH}/?EIO=4&transport=websocket`,
    );
    afterTest(() => socket.terminate());

    await new Promise((resolve) => socket.once('close', resolve));
  });

  it('a team has at most so many browsers, and is told so', async () => {
    const { identity, pod } = await start({ browsersPerTeam: 1 });
    await connectBrowser(pod.url, await identity.ticket('machine'));

    const refusal = await refusalOfBrowser(pod.url, { ticket: await identity.ticket('machine') });

    assert.equal(refusal.code, CLOSE.rateLimited.code);
    assert.match(refusal.message, /1 browser connections here, the most it may/);
    await connectBrowser(pod.url, await identity.ticket('other', { team: 'other' }));
  });

  it('a namespace that is not there is refused and harms nobody', async () => {
    const { identity, pod } = await start();
    const browser = await connectBrowser(pod.url, await identity.ticket('machine'));
    const other = io(`${pod.url}/admin`, {
      path: BROWSER_LINK_PATH,
      transports: ['websocket'],
      reconnection: false,
    });
    afterTest(() => other.disconnect());

    await new Promise((resolve) => {
      other.once('connect_error', resolve);
      other.once('disconnect', resolve);
    });

    assert.equal((await browser.request({})).answer.status, 503);
  });
});

async function start(settings = {}) {
  const identity = await createIdentity();
  return { identity, pod: await startPod(memoryGround(identity), settings) };
}

/** The HTTP status a page of this origin gets on its upgrade. */
async function statusFor(url: string, origin: string): Promise<number> {
  const address = `${url.replace('http', 'ws')}${BROWSER_LINK_PATH}/?EIO=4&transport=websocket`;
  const socket = new WebSocket(address, { headers: { origin } });
  afterTest(() => socket.terminate());
  socket.on('error', () => {});
  return new Promise((resolve) => {
    socket.once('open', () => resolve(101));
    socket.once('unexpected-response', (_request, response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
  });
}
