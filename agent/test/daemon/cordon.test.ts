import { strict as assert } from 'node:assert';
import type { ActivityFrame } from '@spectral/proto/wire';
import { useCleanUp } from '../support/clean-up.ts';
import { serveDaemon } from '../support/serving-daemon.ts';
import { seenBy, typesOf } from '../support/session-reader.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { waitUntil } from '../support/wait-until.ts';

const LONG_TURN = [{ text: 'some words that take their time', chunk: 1, everyMs: 10 }];

describe('a machine of a fleet', () => {
  const defer = useCleanUp();

  it('tells its relay when a turn runs and when it has ended', async () => {
    const { newSession, prompt, told } = await serve();
    assert.deepEqual(told().at(-1), { ...NOTHING });
    const { session } = await newSession();

    await prompt(session.id, LONG_TURN);
    await waitUntil('a turn', () => told().at(-1)?.turns === 1);
    const rest = await waitUntil('its end', () => told().find(({ lastTurnEndedAt }) => lastTurnEndedAt));

    assert.deepEqual([rest.turns, rest.queued, rest.prompts], [0, 0, 1]);
    assert.ok(Math.abs((rest.lastTurnEndedAt ?? 0) - Date.now()) < 5_000);
  });

  it('says nothing to a relay that does not hear it', async () => {
    const { machine, newSession, prompt } = await serveDaemon(defer);
    const { session } = await newSession();
    await prompt(session.id, 'hello');

    assert.deepEqual(
      machine.control.filter(({ kind }) => kind === 'activity'),
      [],
    );
  });

  it('under a cordon ends the turn that runs and what waited, and refuses everything new', async () => {
    const { machine, newSession, prompt, told, order } = await serve();
    const { session } = await newSession();
    await prompt(session.id, LONG_TURN);
    await prompt(session.id, 'waits its turn');
    await waitUntil('a turn', () => told().at(-1)?.turns === 1);

    const answer = await order('cordon', 7);
    assert.deepEqual([answer.cordon, answer.fence, answer.turns, answer.queued], [7, 7, 1, 1]);
    const refused = await prompt(session.id, 'one more');
    const steered = await prompt(session.id, 'and this way', { mode: 'steer' });
    const compacted = await machine.request('POST', `/api/sessions/${session.id}/compact`, {});
    for (const { status, body } of [refused, steered, compacted]) {
      assert.equal(status, 503);
      assert.equal((body as { error: { code: string } }).error.code, 'machine-draining');
    }

    const drained = await waitUntil('drained', () => told().find(isEmpty));
    assert.deepEqual([drained.cordon, drained.prompts], [7, 2], 'refused prompts do not count');
    assert.equal((await prompt(session.id, 'still not')).status, 503);
    machine.open(7, session.id);
    await waitUntil('history', () => typesOf(seenBy(machine, 7, session.id).events).length > 0);
    const ends = typesOf(seenBy(machine, 7, session.id).events).filter((type) => type === 'agent_end');
    assert.equal(ends.length, 2, 'both turns ran to their ends');

    await order('uncordon', 7);
    assert.equal((await prompt(session.id, 'now')).status, 202);
  });

  it('a prompt sent twice is still answered as before', async () => {
    const { machine, newSession, order } = await serve();
    const { session } = await newSession();
    const send = () =>
      machine.request('POST', `/api/sessions/${session.id}/prompts`, { content: 'once' }, 'the-same-key');
    const first = await send();

    await order('cordon', 7);

    assert.deepEqual(await send(), first);
  });

  it('a loop rests under a cordon and goes on after it', async () => {
    const { machine, newSession, prompt, told, order } = await serve();
    const { session } = await newSession();
    const iterations = () =>
      typesOf(seenBy(machine, 7, session.id).events).filter((type) => type === 'loop_iteration').length;
    machine.open(7, session.id);
    await prompt(session.id, [{ text: 'step', chunk: 1, everyMs: 15 }], { loop: true, loopMaxIterations: 6 });
    await waitUntil('the second iteration', () => iterations() >= 2);

    await order('cordon', 7);
    await waitUntil('drained', () => told().find(isEmpty));
    const before = iterations();
    await new Promise((resolve) => setTimeout(resolve, 250));
    assert.equal(iterations(), before);
    assert.ok(before < 6);

    await order('uncordon', 7);
    await waitUntil('the end of the loop', () =>
      typesOf(seenBy(machine, 7, session.id).events).includes('loop_max_iterations'),
    );
  });

  it('keeps the highest fence over a restart, and not the cordon', async () => {
    const directory = temporaryDirectory(defer);
    const first = await serve(directory);
    await first.order('cordon', 9);
    await first.daemon.stop();

    const second = await serve(directory);
    const started = second.told().at(-1);
    const refused = await second.order('cordon', 8);

    assert.deepEqual([started?.cordon, started?.fence], [null, 9]);
    assert.deepEqual([refused.cordon, refused.fence], [null, 9]);
    assert.equal((await second.order('cordon', 9)).cordon, 9);
  });

  it('counts prompts and remembers the last turn over a restart', async () => {
    const directory = temporaryDirectory(defer);
    const first = await serve(directory);
    const { session } = await first.newSession();
    await first.prompt(session.id, 'hello');
    await waitUntil('the end', () => first.told().at(-1)?.lastTurnEndedAt);
    await first.machine.request('DELETE', `/api/sessions/${session.id}`);
    const last = first.told().at(-1)?.lastTurnEndedAt;
    await first.daemon.stop();

    const again = (await serve(directory)).told().at(-1);

    assert.deepEqual([again?.prompts, again?.lastTurnEndedAt], [1, last]);
  });

  async function serve(directory: string = temporaryDirectory(defer)) {
    const serving = await serveDaemon(defer, {}, directory, ['activity']);
    const { machine } = serving;
    const told = (): ActivityFrame[] => machine.control.filter((frame) => frame.kind === 'activity');
    const asks = { count: 0 };
    const order = async (kind: 'cordon' | 'uncordon', fence: number) => {
      const ask = (asks.count += 1);
      machine.say({ kind, fence, ask });
      return waitUntil(`the answer to ${kind}`, () => told().find(({ answers }) => answers === ask));
    };
    await waitUntil('the first word', () => told().length > 0);
    return { ...serving, told, order };
  }
});

const NOTHING: ActivityFrame = {
  kind: 'activity',
  turns: 0,
  queued: 0,
  prompts: 0,
  lastTurnEndedAt: null,
  cordon: null,
  fence: 0,
  answers: 0,
};

function isEmpty({ cordon, turns, queued }: ActivityFrame): boolean {
  return cordon !== null && turns === 0 && queued === 0;
}
