import assert from 'node:assert/strict';
import type { FleetPart, FleetPhase } from '@spectral/proto/wire';
import { comesForPrompt, notablePhase, phaseDetail, phaseText } from '../../src/machines/fleet-phase.ts';

const standing = (phase: FleetPhase, more: Partial<FleetPart> = {}): FleetPart => ({
  pool: 'p',
  phase,
  reason: '',
  message: '',
  ...more,
});

describe('the phase of a fleet machine', () => {
  it('is worth a word unless it simply runs', () => {
    assert.equal(notablePhase({ fleet: null }), null);
    assert.equal(notablePhase({ fleet: standing('ready') }), null);
    assert.equal(notablePhase({ fleet: standing('draining') })?.phase, 'draining');
    assert.equal(phaseText('asleep'), 'Asleep');
  });

  it('says why by its message, else by its reason', () => {
    assert.equal(
      phaseDetail(standing('pending', { reason: 'Unschedulable', message: 'no room' })),
      'no room',
    );
    assert.equal(phaseDetail(standing('pending', { reason: 'Unschedulable' })), 'Unschedulable');
  });

  it('lets a prompt wait for a machine that comes, and for no other', () => {
    const coming: readonly FleetPhase[] = ['pending', 'starting', 'draining', 'asleep', 'waking'];
    const phases: readonly FleetPhase[] = [...coming, 'ready', 'failed', 'ending'];

    assert.deepEqual(
      phases.filter((phase) => comesForPrompt(standing(phase))),
      coming,
    );
    assert.equal(comesForPrompt(null), false);
  });
});
