/** The way every command fails: one line for the person, and an exit code. */

/** `message` says what was expected, what came and what to do; it is printed as it is, without a stack. */
export class CommandFailed extends Error {
  readonly exitCode: number;
  constructor(message: string, options: { exitCode?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'CommandFailed';
    this.exitCode = options.exitCode ?? 1;
  }
}
