import assert from 'node:assert/strict';
import { fieldAction } from '../../../src/conversation/composer/composer-keys.ts';

const plain = { shiftKey: false, altKey: false, metaKey: false, ctrlKey: false, isComposing: false };
const enter = { ...plain, key: 'Enter' };

describe('keys of the composer', () => {
  it('Enter sends, which queues while a turn runs', () => {
    assert.equal(fieldAction(enter, false), 'queue');
    assert.equal(fieldAction(enter, true), 'queue');
  });

  it('Enter with Ctrl or ⌘ steers a running turn, and sends otherwise', () => {
    assert.equal(fieldAction({ ...enter, ctrlKey: true }, true), 'steer');
    assert.equal(fieldAction({ ...enter, metaKey: true }, true), 'steer');
    assert.equal(fieldAction({ ...enter, metaKey: true }, false), 'queue');
  });

  it('Shift+Enter is a new line, and Enter of an input method chooses a word', () => {
    assert.equal(fieldAction({ ...enter, shiftKey: true }, false), null);
    assert.equal(fieldAction({ ...enter, isComposing: true }, false), null);
  });

  it('Escape stops what runs, and nothing else', () => {
    assert.equal(fieldAction({ ...plain, key: 'Escape' }, true), 'stop');
    assert.equal(fieldAction({ ...plain, key: 'Escape' }, false), null);
  });
});
