import assert from 'node:assert/strict';
import { matchesChord } from '../../src/keyboard/chords.ts';

const none = { metaKey: false, ctrlKey: false, altKey: false, isComposing: false };

describe('chords', () => {
  it('mod is Ctrl or the command key', () => {
    assert.equal(matchesChord({ ...none, key: 'k', ctrlKey: true }, 'mod+k'), true);
    assert.equal(matchesChord({ ...none, key: 'K', metaKey: true }, 'mod+k'), true);
    assert.equal(matchesChord({ ...none, key: 'k' }, 'mod+k'), false);
  });

  it('a plain key is not meant when a modifier is held', () => {
    assert.equal(matchesChord({ ...none, key: 'n' }, 'n'), true);
    assert.equal(matchesChord({ ...none, key: 'n', ctrlKey: true }, 'n'), false);
    assert.equal(matchesChord({ ...none, key: 'n', altKey: true }, 'n'), false);
  });

  it('keys of an input method are none of ours', () => {
    assert.equal(matchesChord({ ...none, key: 'n', isComposing: true }, 'n'), false);
  });
});
