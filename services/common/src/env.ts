/**
 * Typed reading of settings from a plain record. A reader collects every fault, so that a person mends all of them at
 * once; `finish` throws one ConfigError that lists them with the variable, the value and the form expected.
 */

export type Env = Readonly<Record<string, string | undefined>>;

/** Settings that cannot be used. `faults` has one line per variable. */
export class ConfigError extends Error {
  readonly code = 'bad-config';
  readonly faults: readonly string[];
  constructor(process: string, faults: readonly string[]) {
    super(
      `${process}: ${faults.length === 1 ? 'a setting is' : `${faults.length} settings are`} wrong\n  ${faults.join('\n  ')}`,
    );
    this.name = 'ConfigError';
    this.faults = faults;
  }
}

export interface EnvReader {
  /** The text, or `fallback`. An empty variable counts as unset. Without fallback the variable is required. */
  text(name: string, fallback?: string): string;
  optional(name: string): string | null;
  integer(name: string, options: { fallback: number; min: number; max: number }): number;
  flag(name: string, fallback: boolean): boolean;
  choice<T extends string>(name: string, options: readonly T[], fallback: T): T;
  /** An absolute URL of one of the schemes, without a trailing slash. */
  url(name: string, schemes: readonly string[], fallback?: string): string;
  optionalUrl(name: string, schemes: readonly string[]): string | null;
  /** Notes a fault that spans several variables. */
  fault(line: string): void;
  /** Throws ConfigError when anything was wrong. */
  finish(): void;
}

/** Starts reading `env` for a process; its name begins the error. */
export function readEnv(process: string, env: Env): EnvReader {
  const faults: string[] = [];
  const raw = (name: string) => env[name]?.trim() || null;
  const wrong = <T>(name: string, expected: string, stand: T): T => {
    faults.push(`${name} is ${shown(raw(name))}; ${expected}`);
    return stand;
  };
  const url = (name: string, value: string, schemes: readonly string[]): string => {
    const scheme = URL.canParse(value) ? new URL(value).protocol.slice(0, -1) : '';
    if (schemes.includes(scheme)) return value.replace(/\/+$/, '');
    return wrong(name, `give an absolute URL (${schemes.join(', ')})`, '');
  };

  return {
    text: (name, fallback) => raw(name) ?? fallback ?? wrong(name, 'it is required', ''),
    optional: raw,
    integer(name, { fallback, min, max }) {
      const text = raw(name);
      if (text === null) return fallback;
      const value = Number(text);
      if (Number.isInteger(value) && value >= min && value <= max) return value;
      return wrong(name, `give a whole number from ${min} to ${max}`, fallback);
    },
    flag(name, fallback) {
      const text = raw(name)?.toLowerCase();
      if (text === undefined) return fallback;
      if (['1', 'true', 'yes', 'on'].includes(text)) return true;
      if (['0', 'false', 'no', 'off'].includes(text)) return false;
      return wrong(name, 'give true or false', fallback);
    },
    choice(name, options, fallback) {
      const text = raw(name);
      if (text === null) return fallback;
      return (
        options.find((option) => option === text) ??
        wrong(name, `give one of ${options.join(', ')}`, fallback)
      );
    },
    url(name, schemes, fallback) {
      const value = raw(name) ?? fallback;
      return value === undefined ? wrong(name, 'it is required', '') : url(name, value, schemes);
    },
    optionalUrl(name, schemes) {
      const value = raw(name);
      return value === null ? null : url(name, value, schemes);
    },
    fault: (line) => void faults.push(line),
    finish() {
      if (faults.length > 0) throw new ConfigError(process, faults);
    },
  };
}

/** A value as a fault tells it: a password in an address stays out of logs. */
function shown(value: string | null): string {
  return value === null ? 'not set' : JSON.stringify(value.replace(/:\/\/[^/@]*@/, '://…@'));
}
