// One voice for every script: progress to a person, errors without a stack.
// Plain JavaScript that parses on Node 18, because it runs before the pinned Node is there.

/** A failure a person can act on: its message is printed alone and the process ends with `exitCode`. */
export class Stop extends Error {
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Prints one progress line on stderr, so that stdout stays what the started program writes. */
export function say(line) {
  process.stderr.write(`spectral: ${line}\n`);
}

/** Runs `main` and ends the process by its exit code, or with one line and the code of a `Stop`. */
export async function runMain(main) {
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    say(error.message);
    process.exitCode = error.exitCode;
  }
}
