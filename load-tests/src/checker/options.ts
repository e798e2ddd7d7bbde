/** What a run of the checker is asked for on the command line. */
import { parseArgs } from 'node:util';
import { isSabotage, SABOTAGES, type Sabotage } from './sabotage.ts';

export interface CheckerOptions {
  /** Of faults; starting and converging come on top. */
  readonly seconds: number;
  readonly seed: number;
  readonly relays: number;
  readonly machines: number;
  readonly readers: number;
  /** Readers must have everything this long after the last fault. */
  readonly convergeSeconds: number;
  readonly sabotages: readonly Sabotage[];
  /** Keep the directory of a run in which nothing was found, too. */
  readonly keep: boolean;
}

export const DEFAULT_OPTIONS: CheckerOptions = {
  seconds: 120,
  seed: 1,
  relays: 3,
  machines: 3,
  readers: 6,
  convergeSeconds: 15,
  sabotages: [],
  keep: false,
};

/** Throws Error that names the option and what it takes. `--minutes` is another word for `--seconds`. */
export function readCheckerOptions(args: readonly string[]): CheckerOptions {
  const number = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: number,
      minutes: number,
      seed: number,
      relays: number,
      machines: number,
      readers: number,
      'converge-seconds': number,
      sabotage: { type: 'string', default: '' },
      keep: { type: 'boolean', default: false },
    },
  });
  const minutes = values.minutes === undefined ? undefined : wholeNumber('minutes', values.minutes) * 60;
  const count = (name: 'seconds' | 'seed' | 'relays' | 'machines' | 'readers') =>
    values[name] === undefined ? DEFAULT_OPTIONS[name] : wholeNumber(name, values[name]);
  return {
    seconds: minutes ?? count('seconds'),
    seed: count('seed'),
    relays: count('relays'),
    machines: count('machines'),
    readers: count('readers'),
    convergeSeconds: wholeNumber('converge-seconds', values['converge-seconds'] ?? '15'),
    sabotages: sabotagesIn(values.sabotage),
    keep: values.keep,
  };
}

function wholeNumber(name: string, text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new Error(`--${name} is "${text}"; expected a whole number from 1`);
  return Number(text);
}

function sabotagesIn(text: string): Sabotage[] {
  const names = text.split(',').filter(Boolean);
  return names.map((name) => {
    if (isSabotage(name)) return name;
    throw new Error(`--sabotage names "${name}"; expected some of ${SABOTAGES.join()}`);
  });
}
