// Runs one program to its end and lends it our signals, so that stopping us stops it, once and cleanly.
//
// Ctrl-C reaches a whole process group, and npm sends the signal a second time. Spectral takes a second signal as
// "exit at once", so the program runs in a group of its own and gets exactly one signal for one keystroke.

import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** Signals of one kind that come closer together than this are one keystroke. */
const SAME_KEYSTROKE_MS = 400;

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Spawns `command` and resolves to its exit code (128 + signal number when a signal ended it).
 * `interactive` leaves it in our process group, which a program that reads the terminal needs; the terminal
 * then delivers Ctrl-C to it without our help.
 */
export function supervise(command, args, { cwd, env, interactive = false }) {
  const ownGroup = !interactive && process.platform !== 'win32';
  const child = spawn(command, args, {
    cwd,
    env,
    detached: ownGroup,
    // The channel closes when we die in any way, even by SIGKILL: leave-with-launcher.mjs listens to that.
    stdio: ['inherit', 'inherit', 'inherit', ...(ownGroup ? ['ipc'] : [])],
  });
  const stopForwarding = forwardSignals(child, interactive);

  return new Promise((resolve, reject) => {
    child.once('error', (error) => {
      stopForwarding();
      reject(error);
    });
    child.once('exit', (code, signal) => {
      stopForwarding();
      resolve(code ?? 128 + constants.signals[signal]);
    });
  });
}

function forwardSignals(child, interactive) {
  const lastAt = new Map();
  const forward = (signal) => {
    if (interactive && signal === 'SIGINT') return;
    const now = Date.now();
    if (now - (lastAt.get(signal) ?? -Infinity) < SAME_KEYSTROKE_MS) return;
    lastAt.set(signal, now);
    child.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal);
  };
  for (const signal of FORWARDED) process.on(signal, forward);
  return () => {
    for (const signal of FORWARDED) process.off(signal, forward);
  };
}
