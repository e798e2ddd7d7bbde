// How a short description becomes a dashboard.

import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { dashboard } from '../../charts/dashboard.ts';

const panel = { title: 'A', description: 'B', unit: 's', queries: [{ expr: 'up', legend: 'x' }] };

describe('a dashboard', () => {
  it('has a row for each of the description, and its panels side by side below', () => {
    const { panels } = dashboard({
      uid: 'spectral-x',
      title: 'X',
      rows: [
        { title: 'First', panels: [panel, panel] },
        { title: 'Second', panels: [panel, panel, panel] },
      ],
    }) as { panels: { type: string; gridPos: { x: number; y: number; w: number } }[] };

    assert.deepEqual(
      panels.map(({ type, gridPos: { x, y, w } }) => [type, x, y, w]),
      [
        ['row', 0, 0, 24],
        ['timeseries', 0, 1, 12],
        ['timeseries', 12, 1, 12],
        ['row', 0, 9, 24],
        ['timeseries', 0, 10, 8],
        ['timeseries', 8, 10, 8],
        ['timeseries', 16, 10, 8],
      ],
    );
  });

  it('is refused with a field nobody knows, and without questions', () => {
    const rows = (one: object) => ({ uid: 'x', title: 'X', rows: [{ title: 'R', panels: [one] }] });

    assert.throws(() => dashboard(rows({ ...panel, querys: [] })), /querys/);
    assert.throws(() => dashboard(rows({ ...panel, queries: [] })), /length/);
  });
});
