import assert from 'node:assert/strict';
import { decodeEntities } from '../../../src/conversation/markdown/entities.ts';

describe('character references', () => {
  it('named and numbered references become characters', () => {
    assert.equal(decodeEntities('a &amp; b &lt;i&gt; &#8212; &#x41;'), 'a & b <i> — A');
  });

  it('unknown and impossible ones stay as they were written', () => {
    assert.equal(decodeEntities('&nonsense; &#0; &#9999999; & alone'), '&nonsense; &#0; &#9999999; & alone');
  });
});
