import assert from 'node:assert/strict';
import { everyDay } from '../../src/settings/every-day.ts';
import { usageReport } from '../support/fake-data.ts';

describe('every day of a report', () => {
  it('days without calls cost nothing and are there', () => {
    const [row] = usageReport().byDay;
    assert.ok(row);
    const days = [{ ...row, day: '2026-11-20', cost: 2 }];

    const all = everyDay(days, '2026-11-18T09:30:00Z', Date.parse('2026-11-21T01:00:00Z'));

    assert.deepEqual(all, [
      { day: '2026-11-18', cost: 0 },
      { day: '2026-11-19', cost: 0 },
      { day: '2026-11-20', cost: 2 },
      { day: '2026-11-21', cost: 0 },
    ]);
  });

  it('a period that begins after now has no days', () => {
    assert.deepEqual(everyDay([], '2026-11-22T00:00:00Z', Date.parse('2026-11-20T00:00:00Z')), []);
  });
});
