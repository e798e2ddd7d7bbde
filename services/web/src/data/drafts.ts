// What was typed and not yet sent, per session: texts survive a reload, images last as long as the tab.
import type { Storage } from './storage.ts';
import { createStore, type Store } from './store.ts';

/** An image ready to send. */
export interface DraftImage {
  readonly id: string;
  readonly blob: Blob;
  readonly mimeType: 'image/png' | 'image/jpeg' | 'image/gif' | 'image/webp';
}

export interface Draft {
  readonly text: string;
  readonly images: readonly DraftImage[];
}

export const EMPTY_DRAFT: Draft = { text: '', images: [] };

export interface Drafts {
  /** The same store for the same session. */
  of(sessionId: string): Store<Draft>;
}

export function createDrafts(storage: Storage): Drafts {
  const drafts = new Map<string, Store<Draft>>();
  return {
    of(sessionId) {
      let draft = drafts.get(sessionId);
      if (!draft) drafts.set(sessionId, (draft = keptDraft(storage, `draft.${sessionId}`)));
      return draft;
    },
  };
}

function keptDraft(storage: Storage, name: string): Store<Draft> {
  const store = createStore<Draft>({ ...EMPTY_DRAFT, text: storage.read(name) ?? '' });
  return {
    ...store,
    set(next) {
      if (next.text !== store.get().text) storage.write(name, next.text === '' ? null : next.text);
      store.set(next);
    },
  };
}
