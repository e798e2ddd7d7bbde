import { strict as assert } from 'node:assert';
import type { MachineToRelay } from '@spectral/proto/wire';
import { createActivityTeller } from '../../src/daemon/activity-teller.ts';
import { createCordon } from '../../src/live/cordon.ts';
import { createManualClock } from '../support/manual-clock.ts';

const HEARS = ['activity'];

describe('telling where turns stand', () => {
  it('begins with the welcome of a relay that hears it, and only then', () => {
    const { teller, connection } = start();
    const deaf = connection();
    teller.opened(deaf, []);
    teller.changed();
    assert.deepEqual(deaf.frames, []);

    const hearing = connection();
    teller.opened(hearing, HEARS);

    assert.deepEqual(hearing.frames, [
      {
        kind: 'activity',
        turns: 0,
        queued: 0,
        prompts: 0,
        lastTurnEndedAt: null,
        cordon: null,
        fence: 0,
        answers: 0,
      },
    ]);
  });

  it('is at most ten times a second, and exact at rest', () => {
    const { teller, connection, clock, facts } = start();
    const relay = connection();
    teller.opened(relay, HEARS);
    clock.advance(1_000);

    for (let turns = 1; turns <= 100; turns++) {
      facts.turns = turns;
      teller.changed();
      clock.advance(10);
    }
    clock.advance(100);

    assert.ok(relay.frames.length <= 12, `${relay.frames.length} frames in a second`);
    assert.equal(relay.turns().at(-1), 100);
    teller.changed();
    clock.advance(1_000);
    assert.equal(relay.turns().at(-1), 100);
    assert.equal(relay.turns().filter((turns) => turns === 100).length, 1, 'nothing is told twice');
  });

  it('answers each order at once, obeyed or not, with its number', () => {
    const { teller, connection, facts } = start();
    const relay = connection();
    teller.opened(relay, HEARS);
    facts.turns = 1;

    teller.order(relay, { kind: 'cordon', fence: 7, ask: 1 });
    teller.order(relay, { kind: 'cordon', fence: 6, ask: 2 });

    assert.deepEqual(
      relay.frames.slice(1, 3).map((frame) => frame.kind === 'activity' && [frame.cordon, frame.answers]),
      [
        [7, 1],
        [7, 2],
      ],
    );
  });

  it('answers an order where it came from, when that link is being left', () => {
    const { teller, connection, clock } = start();
    const [old, present] = [connection(), connection()];
    teller.opened(old, HEARS);
    teller.opened(present, HEARS);

    teller.order(old, { kind: 'cordon', fence: 7, ask: 5 });
    clock.advance(200);

    assert.deepEqual(old.frames.at(-1), { ...present.frames.at(-1), answers: 5 });
    const told = present.frames.at(-1);
    assert.ok(told?.kind === 'activity' && told.cordon === 7 && told.answers === 0);
  });

  it('lets rest what a cordon held back until it is lifted', () => {
    const { teller, connection, lifted } = start();
    const relay = connection();
    teller.opened(relay, HEARS);

    teller.order(relay, { kind: 'uncordon', fence: 1, ask: 1 });
    assert.equal(lifted.times, 0, 'there was no cordon');
    teller.order(relay, { kind: 'cordon', fence: 2, ask: 2 });
    teller.order(relay, { kind: 'uncordon', fence: 1, ask: 3 });
    assert.equal(lifted.times, 0, 'an older fence lifts nothing');
    teller.order(relay, { kind: 'uncordon', fence: 2, ask: 4 });

    assert.equal(lifted.times, 1);
  });
});

function start() {
  const clock = createManualClock();
  const facts = { turns: 0, queued: 0, prompts: 0, lastTurnEndedAt: null };
  const lifted = { times: 0 };
  const marks = { fence: 0, raiseFence: (fence: number) => void (marks.fence = fence) };
  const teller = createActivityTeller({
    cordon: createCordon(marks, (write) => write()),
    read: () => ({ ...facts }),
    lifted: () => void (lifted.times += 1),
    clock,
    log: () => {},
  });
  const connection = () => {
    const frames: MachineToRelay[] = [];
    return {
      frames,
      turns: () => frames.flatMap((frame) => (frame.kind === 'activity' ? [frame.turns] : [])),
      sendControl: (frame: MachineToRelay) => void frames.push(frame),
    };
  };
  return { teller, clock, facts, lifted, connection };
}
