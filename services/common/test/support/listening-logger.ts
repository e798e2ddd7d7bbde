/** A logger whose lines a test can look through. */
import { silentLogger, type LogFields, type Logger } from '@spectral/common';

/** Adds every line, with its fields and the text of its error, to `lines`. */
export function listeningLogger(lines: string[]): Logger {
  const write = (fields: LogFields, message: string) => {
    const { err, ...rest } = fields;
    const cause = err instanceof Error ? `${err.message} ${err.stack}` : '';
    lines.push(`${message} ${JSON.stringify(rest)} ${cause}`);
  };
  const log: Logger = {
    ...silentLogger(),
    debug: write,
    info: write,
    warn: write,
    error: write,
    child: () => log,
  };
  return log;
}
