import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Transcript, transcriptText } from '../../client/index.ts';
import { LossyChannel, type Happening } from '../support/lossy-channel.ts';
import { sessionLog, type LogEvent } from '../support/session-logs.ts';

const at = fc.nat({ max: 20 });
const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('deliver' as const), at: fc.constant(0) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('deliver', 'lose', 'repeat', 'swap'), at }) },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('append' as const), count: fc.integer({ min: 1, max: 5 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('cut', 'gap', 'head', 'lose-open') }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 12_000 }) }),
  },
);
const powerLoss: fc.Arbitrary<Happening> = fc.record({
  kind: fc.constant('power-loss' as const),
  keep: fc.nat({ max: 30 }),
});

describe('a reader on a network that loses, repeats, reorders and cuts', () => {
  it('holds a prefix of the log at every moment, and all of it in the end', () =>
    everyScript(fc.array(happening, { maxLength: 60 })));

  it('does so too when the machine loses power and goes on from an earlier event', () =>
    everyScript(
      fc.array(fc.oneof({ weight: 12, arbitrary: happening }, { weight: 1, arbitrary: powerLoss }), {
        maxLength: 60,
      }),
    ));
});

async function everyScript(scripts: fc.Arbitrary<Happening[]>): Promise<void> {
  const property = fc.asyncProperty(
    sessionLog,
    fc.integer({ min: 1, max: 8 }),
    scripts,
    async (log, pieceEvents, script) => {
      const channel = new LossyChannel(log, pieceEvents);
      channel.reader.reachable();

      for (const each of script) {
        await channel.happen(each);
        assertPrefix(channel);
      }
      await channel.converge();

      assert.equal(transcriptText(channel.transcript), textOf(channel.log));
      assert.equal(channel.timers.waiting, 0, 'a reader at rest keeps no timer');
    },
  );
  await fc.assert(property, { numRuns: 500 });
}

function assertPrefix(channel: LossyChannel): void {
  const { numbers, transcript, expected } = channel;
  assert.deepEqual(
    numbers,
    [...new Set(numbers)].toSorted((one, other) => one - other),
    'no number twice or out of order',
  );
  assert.equal(withoutProgress(transcriptText(transcript)), withoutProgress(textOf(expected)));
}

/** A replay leaves out progress that later events supersede, so it may be missing until those are there. */
function withoutProgress(text: string): string {
  return text.replaceAll(/"progress":"(?:[^"\\]|\\.)*"/g, '"progress":null');
}

function textOf(events: readonly LogEvent[]): string {
  const transcript = new Transcript();
  transcript.apply(events);
  return transcriptText(transcript);
}
