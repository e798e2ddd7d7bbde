/**
 * A script of ours in a process of its own that carries out orders, so that the ends of a measurement do not share a
 * thread with each other. Orders and answers are JSON over IPC.
 */
import { startProcess, type RunningProcess } from './processes.ts';

export interface Worker extends RunningProcess {
  /** Gives an order and resolves with its answer. Rejects with what the worker threw, or after `limitMs`. */
  ask<Answer>(order: string, details?: unknown, limitMs?: number): Promise<Answer>;
}

type Handlers = Readonly<Record<string, (details: never) => unknown>>;

interface Order {
  readonly id: number;
  readonly order: string;
  readonly details: unknown;
}

interface Answer {
  readonly answers: number;
  readonly value?: unknown;
  readonly failure?: string;
}

/** Starts a script that calls `serveOrders`. */
export async function startWorker(
  name: string,
  script: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Worker> {
  const running = await startProcess({ name, script, env });
  const waiting = new Map<number, (answer: Answer) => void>();
  const last = { id: 0 };
  running.onMessage((message) => {
    const answer = message as Answer;
    waiting.get(answer.answers)?.(answer);
    waiting.delete(answer.answers);
  });
  return {
    ...running,
    ask<Value>(order: string, details: unknown = null, limitMs = 120_000) {
      const id = ++last.id;
      return new Promise<Value>((resolve, reject) => {
        const late = setTimeout(
          () =>
            reject(new Error(`${name} did not answer "${order}" within ${limitMs} ms\n${running.output()}`)),
          limitMs,
        );
        waiting.set(id, ({ value, failure }) => {
          clearTimeout(late);
          if (failure === undefined) resolve(value as Value);
          else reject(new Error(`${name} could not "${order}": ${failure}`));
        });
        running.tell({ id, order, details });
      });
    },
  };
}

/** The worker's side: answers orders by these handlers, until the process that started it is gone. */
export function serveOrders(handlers: Handlers): void {
  process.on('message', (message) => void carryOut(message as Order, handlers));
  process.on('disconnect', () => process.exit(0));
  process.send?.({ type: 'ready' });
}

async function carryOut({ id, order, details }: Order, handlers: Handlers): Promise<void> {
  try {
    const value = await handlers[order]?.(details as never);
    process.send?.({ answers: id, value });
  } catch (error) {
    process.send?.({
      answers: id,
      failure: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
  }
}
