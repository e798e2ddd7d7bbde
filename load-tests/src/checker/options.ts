/** What a run of the checker is asked for on the command line. */
import { parseArgs } from 'node:util';
import type { FaultKind } from './fault-kinds.ts';
import {
  isReaderSabotage,
  isRelaySabotage,
  SABOTAGES,
  type ReaderSabotage,
  type RelaySabotage,
} from './sabotage.ts';
import { STORE_KINDS, type StoreKind } from './store.ts';

export interface CheckerOptions {
  /** Of faults; starting and converging come on top. */
  readonly seconds: number;
  readonly seed: number;
  readonly relays: number;
  readonly machines: number;
  readonly readers: number;
  readonly redis: StoreKind;
  /** Readers must have everything this long after the last fault. */
  readonly convergeSeconds: number;
  /** Prompts under way get this much longer to be answered and run. */
  readonly giveUpSeconds: number;
  /** Only these faults; default: all that the site can have. */
  readonly kinds?: readonly FaultKind[];
  readonly readerSabotages: readonly ReaderSabotage[];
  readonly relaySabotage: RelaySabotage | null;
  /** Keep the directory of a run in which nothing was found, too. */
  readonly keep: boolean;
}

export const DEFAULT_OPTIONS: CheckerOptions = {
  seconds: 120,
  seed: 1,
  relays: 3,
  machines: 3,
  readers: 6,
  redis: 'sentinel',
  convergeSeconds: 15,
  giveUpSeconds: 90,
  readerSabotages: [],
  relaySabotage: null,
  keep: false,
};

/** Throws Error that names the option and what it takes. `--minutes` is another word for `--seconds`. */
export function readCheckerOptions(
  args: readonly string[],
  defaults: CheckerOptions = DEFAULT_OPTIONS,
): CheckerOptions {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: text,
      minutes: text,
      seed: text,
      relays: text,
      machines: text,
      readers: text,
      redis: text,
      'converge-seconds': text,
      sabotage: { type: 'string', default: '' },
      keep: { type: 'boolean', default: false },
    },
  });
  const minutes = values.minutes === undefined ? undefined : wholeNumber('minutes', values.minutes) * 60;
  const count = (name: 'seconds' | 'seed' | 'relays' | 'machines' | 'readers') =>
    values[name] === undefined ? defaults[name] : wholeNumber(name, values[name]);
  const converge = values['converge-seconds'];
  return {
    ...defaults,
    seconds: minutes ?? count('seconds'),
    seed: count('seed'),
    relays: count('relays'),
    machines: count('machines'),
    readers: count('readers'),
    redis: values.redis === undefined ? defaults.redis : storeKind(values.redis),
    convergeSeconds:
      converge === undefined ? defaults.convergeSeconds : wholeNumber('converge-seconds', converge),
    ...sabotagesIn(values.sabotage),
    keep: values.keep,
  };
}

function wholeNumber(name: string, text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new Error(`--${name} is "${text}"; expected a whole number from 1`);
  return Number(text);
}

function storeKind(text: string): StoreKind {
  const kind = STORE_KINDS.find((each) => each === text);
  if (!kind) throw new Error(`--redis is "${text}"; expected one of ${STORE_KINDS.join()}`);
  return kind;
}

/** Those of readers go to the first readers, one each; that of the relays to all of them. */
function sabotagesIn(text: string): Pick<CheckerOptions, 'readerSabotages' | 'relaySabotage'> {
  const names = text.split(',').filter(Boolean);
  const unknown = names.find((name) => !SABOTAGES.includes(name));
  if (unknown !== undefined)
    throw new Error(`--sabotage names "${unknown}"; expected some of ${SABOTAGES.join()}`);
  return {
    readerSabotages: names.filter((name) => isReaderSabotage(name)),
    relaySabotage: names.find((name) => isRelaySabotage(name)) ?? null,
  };
}
