import assert from 'node:assert/strict';
import { createDrafts } from '../../src/data/drafts.ts';
import { memoryStorage } from '../../src/data/storage.ts';

describe('drafts', () => {
  it('a text outlives the page, each session its own', () => {
    const storage = memoryStorage();
    createDrafts(storage).of('one').set({ text: 'half a thought', images: [] });

    const later = createDrafts(storage);

    assert.equal(later.of('one').get().text, 'half a thought');
    assert.equal(later.of('two').get().text, '');
  });

  it('a sent draft is forgotten', () => {
    const storage = memoryStorage();
    const draft = createDrafts(storage).of('one');
    draft.set({ text: 'x', images: [] });

    draft.set({ text: '', images: [] });

    assert.equal(storage.read('draft.one'), null);
  });

  it('readers of one session share one store', () => {
    const drafts = createDrafts(memoryStorage());

    assert.equal(drafts.of('one'), drafts.of('one'));
  });
});
