/** Structured logs: one JSON line per unit of work. Message content, titles and paths never enter a line. */
import pino from 'pino';

/** Flat fields of a line. `err` takes a thrown value of any kind; its stack stays in the log. */
export interface LogFields {
  readonly [field: string]: unknown;
  readonly err?: unknown;
}

/** What the house needs of a logger. */
export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
  child(fields: LogFields): Logger;
}

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Keys whose values are replaced, should one ever slip into a line. */
const SECRET_KEYS = ['authorization', 'cookie', 'token', 'secret', 'password', 'apiKey', 'ticket'];

/** A JSON logger on standard output (or `destination`, a file descriptor). */
export function createLogger(options: { service: string; level: LogLevel; destination?: number }): Logger {
  return pino(
    {
      level: options.level,
      base: { service: options.service },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: SECRET_KEYS.flatMap((key) => [key, `*.${key}`]),
      formatters: { level: (label) => ({ level: label }) },
    },
    pino.destination({ dest: options.destination ?? 1, sync: false }),
  );
}

/** A logger that says nothing, for tests and embedded use. */
export function silentLogger(): Logger {
  const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
  return silent;
}
