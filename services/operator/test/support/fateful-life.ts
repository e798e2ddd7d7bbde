/** The life of one operator process in a test: its calls meet the fate a test gives them, and it can die at any of them. */
export interface Call {
  /** Over all calls that change something, leases aside. */
  readonly index: number;
  readonly verb: string;
  /** A kind of the cluster, `gateway` or `relay`. */
  readonly kind: string;
  readonly name: string;
}

/**
 * `refused`: without effect. `unanswered`: with effect, but nobody learns of it. `conflict`: somebody was faster.
 * `dies before` and `dies after`: the process ends around the call. `held`: the call arrives once the test says so.
 */
export type Fate = 'passes' | 'refused' | 'unanswered' | 'conflict' | 'dies before' | 'dies after' | 'held';

/** The errors in which a system tells of a call that failed. */
export interface Failures {
  unreachable(): Error;
  conflict(): Error;
}

export interface FatefulLife {
  readonly calls: readonly Call[];
  /** Resolves when the process has died. */
  readonly died: Promise<void>;
  isDead(): boolean;
  /** The process dies now: no call returns any more. */
  die(): void;
  /** Lets the calls that are held arrive. */
  release(): void;
  /** A call that changes nothing. */
  read<T>(call: () => Promise<T>): Promise<T>;
  change<T>(call: Omit<Call, 'index'>, failures: Failures, perform: () => Promise<T>): Promise<T>;
}

export function fatefulLife(fateOf: (call: Call) => Fate): FatefulLife {
  const calls: Call[] = [];
  const death = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  let dead = false;

  const die = () => {
    dead = true;
    death.resolve();
  };
  /** A process that has died sees neither results nor errors. */
  const read = async <T>(call: () => Promise<T>): Promise<T> => {
    try {
      return dead ? await never<T>() : await call();
    } finally {
      if (dead) await never();
    }
  };
  const meet = async <T>(fate: Fate, failures: Failures, perform: () => Promise<T>): Promise<T> => {
    if (fate === 'refused') throw failures.unreachable();
    if (fate === 'conflict') throw failures.conflict();
    if (fate === 'dies before') {
      die();
      return never();
    }
    if (fate === 'held') await held.promise;
    const result = await perform();
    if (fate === 'dies after') die();
    if (fate === 'unanswered') throw failures.unreachable();
    return result;
  };

  return {
    calls,
    died: death.promise,
    isDead: () => dead,
    die,
    release: held.resolve,
    read,
    change: (named, failures, perform) =>
      read(() => {
        const call = { ...named, index: calls.length };
        if (call.kind !== 'Lease') calls.push(call);
        return meet(fateOf(call), failures, perform);
      }),
  };
}

function never<T>(): Promise<T> {
  return new Promise<T>(() => {});
}
