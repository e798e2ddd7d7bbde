import assert from 'node:assert/strict';
import { agoText, bytesText, costText, durationText, tokensText } from '../../src/design/amounts.ts';

describe('amounts', () => {
  it('durations', () => {
    assert.deepEqual([340, 14_230, 185_000, 4_320_000].map(durationText), [
      '0.3 s',
      '14.2 s',
      '3 min 5 s',
      '1 h 12 min',
    ]);
  });

  it('money: an unknown price is said, a small one keeps its digits', () => {
    assert.deepEqual([null, 0, 0.00002, 0.0142, 1.2].map(costText), [
      'price unknown',
      '$0',
      '< $0.0001',
      '$0.0142',
      '$1.20',
    ]);
  });

  it('tokens', () => {
    assert.deepEqual([812, 12_400, 128_000, 2_000_000].map(tokensText), ['812', '12.4k', '128k', '2M']);
  });

  it('how long ago', () => {
    const minute = 60_000;
    const ago = (minutes: number) => agoText(0, minutes * minute);
    assert.deepEqual([0, 5, 185, 1500, 5000].map(ago), [
      'just now',
      '5 min ago',
      '3 h ago',
      'yesterday',
      '3 days ago',
    ]);
  });

  it('bytes', () => {
    assert.deepEqual([120, 48_200, 1_240_000].map(bytesText), ['1 kB', '48 kB', '1.2 MB']);
  });
});
