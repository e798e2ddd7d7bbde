/** What happened on a server in memory, in order, for those who follow. Only so much is remembered. */
import { ClusterError } from './cluster-error.ts';
import type { Json } from './memory-fields.ts';

export interface Change {
  /** Grows by one with every change on the server. */
  readonly version: number;
  /** Kind and namespace. */
  readonly shelf: string;
  readonly name: string;
  /** Null after a removal. */
  readonly after: Json | null;
  readonly before: Json | null;
}

export interface History {
  readonly version: number;
  add(change: Omit<Change, 'version'>): void;
  /** Changes on a shelf after `version`, as they come. Throws `gone` when some of them are forgotten. Ends with `cut` or the signal. */
  follow(shelf: string, version: number, signal: AbortSignal): AsyncIterable<Change>;
  /** Ends all followers, as an API server does that restarts. */
  cut(): void;
  /** Forgets all there was so far, as etcd does every few minutes. */
  compact(): void;
}

/** Remembers the last `limit` changes. */
export function createHistory(limit: number): History {
  let changes: Change[] = [];
  let version = 0;
  let forgotten = 0;
  let news = Promise.withResolvers<void>();
  let cuts = 0;

  const wake = () => {
    news.resolve();
    news = Promise.withResolvers();
  };
  const forgetTo = (oldest: number) => {
    forgotten = Math.max(forgotten, oldest);
    changes = changes.filter((change) => change.version > forgotten);
  };

  return {
    get version() {
      return version;
    },
    add(change) {
      version += 1;
      changes.push({ ...change, version });
      if (changes.length > 2 * limit) forgetTo(version - limit);
      wake();
    },
    async *follow(shelf, from, signal) {
      const cutsBefore = cuts;
      const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      let seen = from;
      while (!signal.aborted && cuts === cutsBefore) {
        if (seen < forgotten) throw new ClusterError('gone', `version ${seen} is forgotten; list again`);
        const fresh = changes.filter((change) => change.version > seen);
        seen = version;
        yield* fresh.filter((change) => change.shelf === shelf);
        if (seen === version) await Promise.race([news.promise, aborted]);
      }
    },
    cut() {
      cuts += 1;
      wake();
    },
    compact: () => forgetTo(version),
  };
}
