/** A failure a person can act on: its message is printed alone and the process ends with `exitCode`. */
export class Stop extends Error {
  readonly exitCode: number;
  constructor(message: string, exitCode?: number);
}

/** Prints one progress line on stderr. */
export function say(line: string): void;

/** Runs `main` and ends the process by its exit code, or with one line and the code of a `Stop`. */
export function runMain(main: () => Promise<number | void> | number | void): Promise<void>;
