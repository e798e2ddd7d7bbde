// Light, dark, or as the system says; theme.js applies the choice before the first paint of a later visit.
import type { Storage } from './storage.ts';
import { createStore, type Store } from './store.ts';

export type Theme = 'system' | 'light' | 'dark';

/** Setting it changes the page at once. */
export function createTheme(storage: Storage, root: HTMLElement): Store<Theme> {
  const kept = storage.read('theme');
  const store = createStore<Theme>(kept === 'light' || kept === 'dark' ? kept : 'system');
  return {
    ...store,
    set(theme) {
      storage.write('theme', theme === 'system' ? null : theme);
      if (theme === 'system') delete root.dataset.theme;
      else root.dataset.theme = theme;
      store.set(theme);
    },
  };
}
