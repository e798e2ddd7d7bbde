import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import { CLOSE } from '@spectral/proto/wire';
import {
  INITIAL_LINK_STATE,
  nextLinkState,
  type LinkAction,
  type LinkEvent,
  type LinkState,
} from '../../src/link/link-state.ts';

const OPEN: LinkState = { phase: 'open', move: 'none', attempt: 0 };
const MOVING: LinkState = { phase: 'open', move: 'connecting', attempt: 0 };
const CONNECTING: LinkState = { phase: 'connecting', attempt: 2 };
const lost = (code: number): LinkEvent => ({ type: 'lost', code, host: null });

describe('the state of the relay link', () => {
  it('asks for health before every attempt, the first one too', () => {
    const steps = run(INITIAL_LINK_STATE, [
      { type: 'started' },
      { type: 'health', ok: false },
      { type: 'timer' },
      { type: 'health', ok: true },
    ]);

    assert.deepEqual(
      steps.map((action) => action.do),
      ['check', 'wait', 'check', 'connect'],
    );
  });

  it('waits for the next slot after each failure, and starts over after a good open', () => {
    const failing: LinkEvent[] = [
      { type: 'health', ok: true },
      { type: 'failed', status: 503, beside: false },
      { type: 'timer' },
    ];
    const steps = run(INITIAL_LINK_STATE, [
      { type: 'started' },
      ...failing,
      ...failing,
      { type: 'health', ok: true },
      { type: 'welcomed' },
      lost(1006),
    ]);

    assert.deepEqual(
      steps.flatMap((action) => (action.do === 'wait' ? [action.attempt] : [])),
      [0, 1, 0],
    );
  });

  it('ends for good when the machine was revoked, and tells who replaced it', () => {
    assert.deepEqual(nextLinkState(OPEN, lost(CLOSE.machineRevoked.code)).action, {
      do: 'end',
      end: { reason: 'revoked' },
    });
    assert.deepEqual(nextLinkState(OPEN, { type: 'lost', code: CLOSE.replaced.code, host: 'other' }).action, {
      do: 'end',
      end: { reason: 'replaced', host: 'other' },
    });
  });

  it('gets a new token when the relay refuses this one, then waits before it tries', () => {
    const steps = run(CONNECTING, [{ type: 'failed', status: 401, beside: false }, { type: 'renewed' }]);

    assert.deepEqual(steps, [{ do: 'renew' }, { do: 'wait', attempt: 2 }]);
    assert.deepEqual(nextLinkState(OPEN, lost(CLOSE.tokenExpired.code)).action, { do: 'renew' });
  });

  it('ends when no new token is given', () => {
    const { state, action } = nextLinkState(
      { phase: 'renewing', attempt: 0 },
      { type: 'refused', message: 'no' },
    );

    assert.deepEqual(
      [state.phase, action],
      ['ended', { do: 'end', end: { reason: 'refused', message: 'no' } }],
    );
  });

  it('moves to a new socket before it leaves a draining one', () => {
    const steps = run(OPEN, [{ type: 'drain', spreadMs: 500 }, { type: 'timer' }, { type: 'welcomed' }]);

    assert.deepEqual(
      steps.map((action) => action.do),
      ['wait-to-move', 'connect-beside', 'promote'],
    );
  });

  it('takes being replaced by its own second socket for the end of the first, not of the machine', () => {
    const { state, action } = nextLinkState(MOVING, lost(CLOSE.replaced.code));

    assert.deepEqual([state.phase, action.do], ['connecting', 'promote']);
    assert.deepEqual(nextLinkState(MOVING, lost(CLOSE.machineRevoked.code)).action.do, 'end');
  });

  it('stays on the draining socket and tries again when the second one fails', () => {
    const { state, action } = nextLinkState(MOVING, { type: 'failed', status: 503, beside: true });

    assert.deepEqual([state, action.do], [{ phase: 'open', move: 'waiting', attempt: 1 }, 'wait']);
  });

  it('never schedules twice: a wait is only ever answered by one timer', () => {
    fc.assert(
      fc.property(fc.array(anyEvent(), { maxLength: 60 }), (events) => {
        let state: LinkState = INITIAL_LINK_STATE;
        let pending = 0;
        for (const event of [{ type: 'started' } as const, ...events]) {
          const isAnswer = [
            'timer',
            'health',
            'renewed',
            'renewal-failed',
            'welcomed',
            'failed',
            'lost',
          ].includes(event.type);
          if (isAnswer && pending === 0 && state.phase !== 'open') continue;
          const step = nextLinkState(state, event);
          if (step.action.do !== 'nothing') pending = ['close', 'end'].includes(step.action.do) ? 0 : 1;
          assert.ok(step.state.phase !== 'ended' || ['close', 'end', 'nothing'].includes(step.action.do));
          state = step.state;
        }
        const idle = state.phase === 'ended' || state.phase === 'open';
        assert.ok(idle || pending === 1, `nothing will happen any more in phase ${state.phase}`);
      }),
    );
  });
});

function run(state: LinkState, events: readonly LinkEvent[]): LinkAction[] {
  let current = state;
  return events.map((event) => {
    const step = nextLinkState(current, event);
    current = step.state;
    return step.action;
  });
}

function anyEvent(): fc.Arbitrary<LinkEvent> {
  return fc.oneof(
    fc.constantFrom<LinkEvent>(
      { type: 'timer' },
      { type: 'welcomed' },
      { type: 'renewed' },
      { type: 'renewal-failed' },
      { type: 'drain', spreadMs: 10 },
      { type: 'health', ok: true },
      { type: 'health', ok: false },
    ),
    fc.record({
      type: fc.constant('lost' as const),
      code: fc.constantFrom(1000, 1006, 4401, 4403, 4408, 4413, 4503),
      host: fc.constant(null),
    }),
    fc.record({
      type: fc.constant('failed' as const),
      status: fc.constantFrom(null, 401, 403, 503),
      beside: fc.boolean(),
    }),
  );
}
