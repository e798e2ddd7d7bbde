/** What the operator of a fleet is told, whichever of several relay pods it asks. */
import assert from 'node:assert/strict';
import { CLOSE } from '@spectral/proto/wire';
import { askFleet, connectFleetMachine, type FleetMachine } from '../support/fleet-machine.ts';
import { startPod, type Ground } from '../support/start-pod.ts';
import { until } from '../support/until.ts';

/** Declares the cases. `lay` gives fresh common ground and registers its own clean-up. */
export function fleetContract(name: string, lay: () => Promise<Ground>): void {
  const start = async () => {
    const ground = await lay();
    const [a, b] = [await startPod(ground), await startPod(ground)];
    const token = await ground.identity.machineToken();
    const connect = (url = a.url): Promise<FleetMachine> => connectFleetMachine(url, token);
    const activity = async (url: string, fence?: number) => {
      const { body } = await askFleet(url, 'activity', { machineIds: ['machine', 'never-seen'], fence });
      return body.machines;
    };
    const cordon = (url: string, fence: number, kind = 'cordon') =>
      askFleet(url, `machines/machine/${kind}`, { fence });
    const untilState = (url: string, state: string) =>
      until(`${url} says ${state}`, async () => (await activity(url))[0].state === state);
    return { ground, a, b, connect, activity, cordon, untilState };
  };

  describe(`a fleet and its relay pods: ${name}`, () => {
    it('any pod tells where the turns of a machine stand', async () => {
      const { a, b, connect, activity, untilState } = await start();
      const machine = await connect();
      const [silent] = await activity(b.url);
      assert.deepEqual([silent.state, silent.linked], ['unknown', true], 'it has said nothing yet');

      Object.assign(machine.now, { turns: 1, prompts: 4 });
      machine.tell();
      await untilState(b.url, 'busy');
      machine.now.turns = 0;
      machine.tell();
      await untilState(b.url, 'idle');

      for (const { url } of [a, b]) {
        const [known, unknown] = await activity(url);
        assert.deepEqual(known.activity, {
          turns: 0,
          queued: 0,
          prompts: 4,
          lastTurnEndedAt: null,
          cordon: null,
        });
        assert.ok(Math.abs(Date.parse(known.lastSeenAt) - Date.now()) < 5_000);
        assert.deepEqual(unknown, {
          machineId: 'never-seen',
          state: 'unknown',
          activity: null,
          linked: false,
          lastSeenAt: null,
        });
      }
    });

    it('a cordon asked of any pod is answered by the machine itself', async () => {
      const { a, b, connect, cordon, activity, untilState } = await start();
      const machine = await connect();
      machine.now.turns = 1;
      machine.tell();

      assert.equal((await cordon(b.url, 7)).body.state, 'busy');
      machine.now.turns = 0;
      assert.equal((await cordon(b.url, 7)).body.state, 'drained');
      assert.equal((await cordon(a.url, 7)).body.state, 'drained');

      await untilState(b.url, 'drained');
      assert.equal((await activity(b.url, 7))[0].state, 'drained');
      assert.equal((await activity(b.url, 8))[0].state, 'busy', 'drained, but not for this asker');
      assert.equal((await cordon(b.url, 7, 'uncordon')).body.state, 'idle');
      assert.equal(machine.now.cordon, null);
      await untilState(b.url, 'idle');
      assert.match(await b.metrics.text(), /relay_cordons_total\{outcome="drained"\} 1/);
    });

    it('an older fence is refused, whoever asks', async () => {
      const { a, b, connect, cordon } = await start();
      const machine = await connect();
      await cordon(a.url, 9);

      for (const kind of ['cordon', 'uncordon']) {
        const refused = await cordon(b.url, 8, kind);
        assert.deepEqual([refused.status, refused.body.error.code], [409, 'stale-fence']);
        assert.deepEqual(refused.body.error.details, { fence: 9 });
      }
      assert.equal(machine.now.cordon, 9);
    });

    it('what was said before the cordon never counts as its answer', async () => {
      const { b, connect, cordon } = await start();
      const machine = await connect();
      machine.now.cordon = 7;
      machine.now.fence = 7;
      machine.tell();
      machine.answers = false;

      const asked = cordon(b.url, 7);
      await machine.control('cordon');
      machine.sendControl({
        kind: 'activity',
        ...machine.now,
        lastTurnEndedAt: null,
        answers: 0,
      });
      const early = await Promise.race([asked, new Promise((resolve) => setTimeout(resolve, 200, 'waits'))]);

      assert.equal(early, 'waits');
      machine.tell();
      assert.equal((await asked).body.state, 'drained');
    });

    it('a machine that does not answer is unknown after three seconds', async () => {
      const { b, connect, cordon } = await start();
      const machine = await connect();
      machine.tell();
      machine.answers = false;

      const begun = Date.now();
      const { status, body } = await cordon(b.url, 7);

      assert.deepEqual([status, body.state, body.activity], [200, 'unknown', null]);
      const tookMs = Date.now() - begun;
      assert.ok(tookMs >= 2_900 && tookMs < 4_500, `${tookMs} ms`);
    });

    it('a machine whose link is gone, or that never came, is unknown at once', async () => {
      const { a, b, connect, cordon, untilState } = await start();
      const machine = await connect();
      machine.tell();
      await untilState(b.url, 'idle');
      machine.socket.terminate();
      await untilState(b.url, 'unknown');

      const begun = Date.now();
      const { body } = await cordon(b.url, 7);

      assert.deepEqual([body.state, body.activity], ['unknown', null]);
      assert.ok(Date.parse(body.lastSeenAt) > 0);
      assert.equal((await askFleet(a.url, 'machines/never-seen/cordon', { fence: 7 })).body.state, 'unknown');
      assert.ok(Date.now() - begun < 1_000);
    });

    it('a machine that comes again is unknown until it speaks, whatever its older link said', async () => {
      const { ground, a, b, connect, activity, untilState } = await start();
      const first = await connect(a.url);
      first.tell();
      await untilState(b.url, 'idle');
      const token = await ground.identity.machineToken({ registration: 2 });

      const second = await connectFleetMachine(b.url, token);
      assert.equal(await first.closed(), CLOSE.replaced.code);

      assert.equal((await activity(a.url))[0].state, 'unknown');
      second.now.queued = 2;
      second.tell();
      await untilState(a.url, 'busy');
    });

    it('who waits for the word of a machine whose link ends is told at once', async () => {
      const { b, connect, cordon } = await start();
      const machine = await connect();
      machine.answers = false;
      const begun = Date.now();

      const asked = cordon(b.url, 7);
      await machine.control('cordon');
      machine.socket.terminate();

      assert.equal((await asked).body.state, 'unknown');
      assert.ok(Date.now() - begun < 2_000);
    });
  });
}
