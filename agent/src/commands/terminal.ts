/**
 * `spectral` without a subcommand: pi's own terminal interface as a child, with the team's tools loaded. Arguments,
 * streams, signals and exit code pass through; model providers and their keys are pi's own in this mode.
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { CommandFailed } from '../command-failed.ts';
import { piArguments } from './terminal-arguments.ts';
import { findPiCommand, findTerminalExtension } from './terminal-files.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

/** Resolves with pi's exit code, or 128 + the number of the signal that ended it. Throws CommandFailed when pi is missing. */
export async function runTerminal(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const command = findPiCommand();
  const child = spawn(process.execPath, [command, ...piArguments(argv, findTerminalExtension())], {
    stdio: 'inherit',
    env,
  });
  const stop = forwardSignals((signal) => child.kill(signal));
  try {
    return await new Promise<number>((resolve, reject) => {
      child.once('error', (cause) =>
        reject(new CommandFailed(`pi cannot be started: ${cause.message}`, { cause })),
      );
      child.once('exit', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
    });
  } finally {
    stop();
  }
}

/**
 * While the child lives this process must not die of what is meant for the child. The Ctrl-C of a terminal goes to both
 * at once, so that one is not sent a second time.
 */
function forwardSignals(send: (signal: NodeJS.Signals) => void): () => void {
  const listeners = SIGNALS.map((signal) => {
    const ownOfTerminal = signal === 'SIGINT' && process.stdin.isTTY;
    return [signal, (): void => (ownOfTerminal ? undefined : send(signal))] as const;
  });
  for (const [signal, listener] of listeners) process.on(signal, listener);
  return () => {
    for (const [signal, listener] of listeners) process.off(signal, listener);
  };
}
