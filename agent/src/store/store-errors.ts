/** What a failed write means to a person. */

/** The store took nothing of what was given to it. `code` tells whether a retry may help by itself. */
export class StoreUnavailable extends Error {
  readonly code: 'disk-full' | 'store-locked' | 'store-failed';
  constructor(code: StoreUnavailable['code'], message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'StoreUnavailable';
    this.code = code;
  }
}

/** Runs a piece of database work. SQLite's own errors come out as StoreUnavailable, all others as they are. */
export function storing<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw asStoreError(cause);
  }
}

function asStoreError(cause: unknown): unknown {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (!code.startsWith('SQLITE_')) return cause;
  if (code === 'SQLITE_FULL' || code.startsWith('SQLITE_IOERR_WRITE')) {
    return new StoreUnavailable(
      'disk-full',
      "the machine's disk is full: free some space there, then try again",
      { cause },
    );
  }
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return new StoreUnavailable(
      'store-locked',
      "another program holds the machine's session database locked: close it there, then try again",
      { cause },
    );
  }
  return new StoreUnavailable('store-failed', `the machine's session database failed: ${code}`, { cause });
}
