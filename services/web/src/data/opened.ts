// Something that is open while a component is shown: a link to a machine, a reader of a session.
import { useEffect, useState } from 'react';
import { createStore, useStore } from './store.ts';

/** Null for the moment before the effect ran. `open` must be the same function while it opens the same thing. */
export function useOpened<T extends { close(): void }>(open: () => T): T | null {
  const [store] = useState(() => createStore<T | null>(null));
  useEffect(() => {
    const opened = open();
    store.set(opened);
    return () => {
      store.set(null);
      opened.close();
    };
  }, [open, store]);
  return useStore(store);
}
