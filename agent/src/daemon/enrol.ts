/** Registration at start-up: tried until the gateway answers, given up only when it refuses. */
import { backoffMs } from '../link/backoff.ts';
import { BackendRefused } from '../backend/backend-errors.ts';
import {
  mayPass,
  obtainAccess,
  type MachineAccess,
  type MachineAccessOptions,
} from '../backend/machine-access.ts';
import { CommandFailed } from '../command-failed.ts';

export interface EnrolOptions extends MachineAccessOptions {
  readonly random: () => number;
  /** Aborts the wait for a gateway that does not answer. */
  readonly signal: AbortSignal;
}

/** Null when aborted. Rejects CommandFailed when the gateway refuses this machine. */
export async function enrol(options: EnrolOptions): Promise<MachineAccess | null> {
  for (let attempt = 0; !options.signal.aborted; attempt++) {
    try {
      return await obtainAccess(options);
    } catch (error) {
      if (!mayPass(error)) throw refusal(error, options);
      const delayMs = backoffMs(attempt, options.random);
      options.log('machine.not-registered', {
        message: error instanceof Error ? error.message : String(error),
        delayMs,
      });
      await wait(delayMs, options);
    }
  }
  return null;
}

function refusal(error: unknown, { credential, registration }: EnrolOptions): unknown {
  if (!(error instanceof BackendRefused)) return error;
  if (error.status === 401) {
    return new CommandFailed(`the backend refuses this machine: ${error.message}. ${credential.advice}`, {
      cause: error,
    });
  }
  const advice = error.status === 409 ? ' Choose another name with --machine-name.' : '';
  return new CommandFailed(
    `the backend does not register the machine "${registration.name}": ${error.message}.${advice}`,
    {
      cause: error,
    },
  );
}

function wait(ms: number, { clock, signal }: EnrolOptions): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(ms, resolve);
    signal.addEventListener('abort', () => (cancel(), resolve()), { once: true });
  });
}
