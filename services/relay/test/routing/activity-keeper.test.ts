import assert from 'node:assert/strict';
import { silentLogger, type MachinePresence } from '@spectral/common';
import type { Activity } from '@spectral/proto/wire';
import { createActivityKeeper } from '../../src/routing/activity-keeper.ts';
import { until } from '../support/until.ts';

const ENTRY: MachinePresence = { machineId: 'm', podId: 'p', epoch: 1, since: 0 };
const said = (turns: number): Activity => ({
  turns,
  queued: 0,
  prompts: 0,
  lastTurnEndedAt: null,
  cordon: null,
});

describe('activity on its way into presence', () => {
  it('while a write is under way only the newest word of a machine waits', async () => {
    const { keeper, written, letGo } = start();

    for (const turns of [1, 2, 3, 4]) keeper.note(ENTRY, said(turns));
    await letGo();

    assert.deepEqual(written, [1, 4]);
  });

  it('what could not be written is tried again, unless something newer was said', async () => {
    const { keeper, written, letGo, store } = start();
    store.away = true;
    keeper.note(ENTRY, said(1));
    await letGo();
    assert.deepEqual(written, []);

    store.away = false;
    keeper.retry();
    await letGo();
    assert.deepEqual(written, [1]);

    store.away = true;
    keeper.note(ENTRY, said(2));
    keeper.note(ENTRY, said(3));
    await letGo();
    store.away = false;
    keeper.retry();
    await letGo();
    assert.deepEqual(written, [1, 3]);
  });
});

function start() {
  const store = { away: false };
  const written: number[] = [];
  const waiting: (() => void)[] = [];
  const keeper = createActivityKeeper({
    log: silentLogger(),
    presence: {
      async tell(_entry, { turns }) {
        await new Promise<void>((resolve) => waiting.push(resolve));
        if (store.away) throw new Error('away');
        written.push(turns);
      },
    },
  });
  const idle = { rounds: 0 };
  const letGo = async () => {
    idle.rounds = 0;
    await until('no write is under way', async () => {
      for (const resolve of waiting.splice(0)) {
        idle.rounds = 0;
        resolve();
      }
      idle.rounds += 1;
      return idle.rounds > 2;
    });
  };
  return { keeper, written, letGo, store };
}
