/**
 * Gathers writes of many callers into one statement: while one batch is on its way, the next gathers. A lone write goes
 * at once; under load a batch carries as many as arrived meanwhile. A batch that fails is tried again a little later.
 */

export interface GroupCommit<T> {
  /** Resolves with true when the item is written, or with false when `patienceMs` have passed and it still waits. */
  add(item: T): Promise<boolean>;
  /** Items not yet written, and items given up because too many waited. */
  waiting(): number;
  dropped(): number;
  /** Tries to write what waits, for at most `limitMs`. */
  close(limitMs: number): Promise<void>;
}

export interface GroupCommitOptions<T> {
  readonly write: (items: readonly T[]) => Promise<void>;
  readonly onError: (error: unknown) => void;
  readonly maxBatch: number;
  /** Items held while the database is away; beyond it the oldest are given up. */
  readonly maxWaiting: number;
  readonly patienceMs: number;
  readonly retryMs: number;
}

interface Waiting<T> {
  readonly item: T;
  readonly written: (done: boolean) => void;
}

export function createGroupCommit<T>(options: GroupCommitOptions<T>): GroupCommit<T> {
  let queue: Waiting<T>[] = [];
  let running: Promise<void> | null = null;
  let dropped = 0;
  let closed = false;

  const writeBatches = async (): Promise<void> => {
    while (queue.length > 0) {
      const batch = queue.slice(0, options.maxBatch);
      try {
        await options.write(batch.map(({ item }) => item));
      } catch (error) {
        options.onError(error);
        if (closed) return;
        await pause(options.retryMs);
        continue;
      }
      const done = new Set(batch);
      queue = queue.filter((waiting) => !done.has(waiting));
      for (const { written } of batch) written(true);
    }
  };

  const run = (): void => {
    running ??= writeBatches().finally(() => {
      running = null;
    });
  };

  return {
    add(item) {
      return new Promise((resolve) => {
        const patience = setTimeout(() => resolve(false), options.patienceMs);
        patience.unref();
        const written = (done: boolean) => {
          clearTimeout(patience);
          resolve(done);
        };
        queue.push({ item, written });
        if (queue.length > options.maxWaiting) {
          queue.shift()?.written(false);
          dropped += 1;
        }
        run();
      });
    },
    waiting: () => queue.length,
    dropped: () => dropped,
    async close(limitMs) {
      closed = true;
      if (queue.length > 0) run();
      await Promise.race([running, pause(limitMs)]);
    },
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
