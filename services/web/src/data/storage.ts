// The browser's own storage, as a small map of texts: forgets silently where it is blocked or full.

export interface Storage {
  read(name: string): string | null;
  /** null removes. */
  write(name: string, text: string | null): void;
}

/** Names are prefixed, so that the page shares the origin with others. */
export function localStorageOf(area: globalThis.Storage): Storage {
  const key = (name: string) => `spectral.${name}`;
  return {
    read(name) {
      try {
        return area.getItem(key(name));
      } catch {
        // Blocked storage is empty storage.
        return null;
      }
    },
    write(name, text) {
      try {
        if (text === null) area.removeItem(key(name));
        else area.setItem(key(name), text);
      } catch {
        // Full or blocked: drafts and choices then last as long as the tab.
      }
    },
  };
}

/** For tests and blocked storage. */
export function memoryStorage(): Storage {
  const texts = new Map<string, string>();
  return {
    read: (name) => texts.get(name) ?? null,
    write: (name, text) => void (text === null ? texts.delete(name) : texts.set(name, text)),
  };
}
