/** What every driver promises a session, whatever agent is behind it. */
import { strict as assert } from 'node:assert';
import type {
  Driver,
  DriverEntry,
  DriverEvent,
  DriverSession,
  TurnOutcome,
} from '../../src/drivers/driver.ts';
import { useCleanUp, type Defer } from '../support/clean-up.ts';
import { waitUntil } from '../support/wait-until.ts';

/** A driver with a model behind it that does what these prompts say. */
export interface DriverUnderTest {
  readonly driver: Driver;
  readonly modelId: string;
  /** A directory the agent may work in. */
  readonly cwd: string;
  readonly prompts: {
    /** Answers with exactly `reply`. */
    readonly answer: (reply: string) => string;
    /** Uses a tool once, then answers. */
    readonly useTool: string;
    /** Writes some text, then goes on for longer than any test. */
    readonly endless: string;
    /** Makes the model fail for good. */
    readonly fail: string;
  };
}

/** Declares the cases. `start` gives a fresh driver and registers its own clean-up. */
export function describeDriver(name: string, start: (defer: Defer) => Promise<DriverUnderTest>): void {
  describe(`the ${name} driver`, function () {
    this.timeout(20_000);
    const defer = useCleanUp();

    it('tells a turn in order: message_start, deltas, message_end, token_usage, then settled', async () => {
      const { turn, events, prompts } = await session();

      const outcome = await turn(prompts.answer('Hello there.'));

      assert.deepEqual([outcome.reason, outcome.text], ['done', 'Hello there.']);
      assert.deepEqual(kinds(events), [
        'message_start',
        'text_delta',
        'message_end',
        'token_usage',
        'settled',
      ]);
      assert.equal(textOf(events), 'Hello there.');
      assert.equal(new Set(messageIds(events)).size, 1);
    });

    it('tells the call of a tool before its result, and a result for each call', async () => {
      const { turn, events, prompts } = await session();

      await turn(prompts.useTool);

      const calls = events.flatMap((event) => (event.type === 'tool_call' ? [event.toolCallId] : []));
      const results = events.flatMap((event) => (event.type === 'tool_result' ? [event.toolCallId] : []));
      assert.ok(calls.length > 0);
      assert.deepEqual(results, calls);
      assert.ok(kinds(events).indexOf('tool_call') < kinds(events).indexOf('tool_result'));
    });

    it('closes every message it opened before it settles', async () => {
      const { turn, events, prompts } = await session();

      await turn(prompts.useTool);

      const opened = events.filter((event) => event.type === 'message_start').length;
      assert.equal(events.filter((event) => event.type === 'message_end').length, opened);
      assert.equal(events.at(-1)?.type, 'settled');
    });

    it('settles as cancelled within a second of an interrupt, and takes the next prompt', async () => {
      const { agent, turn, deliver, settled, events, prompts } = await session();
      await deliver(prompts.endless);
      await waitUntil('some text', () => events.some((event) => event.type === 'text_delta'));
      const startedAt = Date.now();

      await agent.interrupt();
      const [outcome] = await settled(1);

      assert.equal(outcome?.reason, 'cancelled');
      assert.ok(Date.now() - startedAt < 1_000);
      assert.equal((await turn(prompts.answer('Still here.'))).text, 'Still here.');
    });

    it('does nothing when interrupted while settled', async () => {
      const { agent, events } = await session();

      await agent.interrupt();

      assert.deepEqual(events, []);
    });

    it('settles with an error that has a code and a message when the model fails', async () => {
      const { turn, prompts } = await session();

      const outcome = await turn(prompts.fail);

      assert.equal(outcome.reason, 'error');
      assert.ok(outcome.error?.code);
      assert.ok(outcome.error?.message);
    });

    it('says that it is too late to steer while settled', async () => {
      const { agent, modelId } = await session();

      assert.equal(await agent.deliver({ content: 'x', images: [], modelId, mode: 'steer' }), 'settled');
    });

    it('takes a steering prompt while a turn runs', async () => {
      const { agent, modelId, deliver, events, prompts } = await session();
      await deliver(prompts.endless);
      await waitUntil('some text', () => events.some((event) => event.type === 'text_delta'));

      assert.equal(await agent.deliver({ content: 'x', images: [], modelId, mode: 'steer' }), 'taken');
      await agent.interrupt();
    });

    it('keeps its memory as entries, from which another session goes on', async () => {
      const first = await session();
      await first.turn(first.prompts.answer('Noted.'));
      await first.agent.stop();
      assert.ok(first.entries.length > 0);

      const second = await session(first.entries);
      const outcome = await second.turn(second.prompts.answer('Going on.'));

      assert.equal(outcome.reason, 'done');
      const known = new Set(first.entries.map((entry) => entry.id));
      assert.ok(second.entries.some((entry) => !known.has(entry.id)));
    });

    it('is silent after it was stopped, and stops twice', async () => {
      const { agent, deliver, events, prompts } = await session();
      await deliver(prompts.endless);
      await waitUntil('some text', () => events.some((event) => event.type === 'text_delta'));

      const startedAt = Date.now();
      await agent.stop();
      await agent.stop();

      assert.ok(Date.now() - startedAt < 2_000);
    });

    async function session(entries: readonly DriverEntry[] = []) {
      const under = await start(defer);
      const events: DriverEvent[] = [];
      const saved: DriverEntry[] = [...entries];
      const agent: DriverSession = await under.driver.start({
        sessionId: '44444444-4444-4444-8444-444444444444',
        cwd: under.cwd,
        modelId: under.modelId,
        entries,
        emit: (event) => void events.push(event),
        saveEntry: (entry) => void saved.push(entry),
      });
      defer(() => agent.stop());
      const outcomes = (): TurnOutcome[] =>
        events.flatMap((event) => (event.type === 'settled' ? [event.outcome] : []));
      const settled = (count: number) =>
        waitUntil(`turn ${count} to settle`, () => outcomes().length >= count && outcomes(), 10_000);
      const deliver = async (content: string) =>
        assert.equal(
          await agent.deliver({ content, images: [], modelId: under.modelId, mode: 'turn' }),
          'taken',
        );
      const turn = async (content: string): Promise<TurnOutcome> => {
        const before = outcomes().length;
        await deliver(content);
        const [outcome] = (await settled(before + 1)).slice(before);
        if (!outcome) throw new Error('the turn did not settle');
        return outcome;
      };
      return { ...under, agent, events, entries: saved, settled, deliver, turn };
    }
  });
}

/** Types of events, neighbouring deltas as one. */
function kinds(events: readonly DriverEvent[]): string[] {
  return events
    .map((event) => event.type)
    .filter((type, index, all) => type !== 'text_delta' || all[index - 1] !== type);
}

function textOf(events: readonly DriverEvent[]): string {
  return events.map((event) => (event.type === 'text_delta' ? event.delta : '')).join('');
}

function messageIds(events: readonly DriverEvent[]): string[] {
  return events.flatMap((event) => ('messageId' in event && event.messageId ? [event.messageId] : []));
}
