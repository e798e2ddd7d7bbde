/** The rates that sockets of this process share, and how someone above one is told. */
import type { RateLimits } from './rate-limit.ts';
import { createRateLedger, type RateLedger } from './rate-ledger.ts';

export interface RateSettings {
  readonly machineRate: RateLimits;
  readonly userRate: RateLimits;
  readonly teamRate: RateLimits;
}

export interface Rates {
  /** By machine id. */
  readonly machine: RateLedger;
  /** By user id. */
  readonly user: RateLedger;
  /** By team id. Its machines and its browsers do not use up each other's. */
  readonly teamMachines: RateLedger;
  readonly teamBrowsers: RateLedger;
}

/** Nobody has sent anything yet. `now` in milliseconds since 1970. */
export function createRates({ machineRate, userRate, teamRate }: RateSettings, now: () => number): Rates {
  return {
    machine: createRateLedger(machineRate, now),
    user: createRateLedger(userRate, now),
    teamMachines: createRateLedger(teamRate, now),
    teamBrowsers: createRateLedger(teamRate, now),
  };
}

/** Whose rate was passed, and for how long yet. */
export interface RateExcess {
  readonly whose: 'machine' | 'connection' | 'user' | 'team';
  readonly waitMs: number;
  readonly limits: RateLimits;
}

const SUBJECT: Readonly<Record<RateExcess['whose'], string>> = {
  machine: 'This machine sends',
  connection: 'This connection sends',
  user: 'The connections of this person together send',
  team: 'The team’s connections of this kind together send',
};

/** One sentence for a person: whose limit, what it is. */
export function excessMessage({ whose, limits }: RateExcess): string {
  const { framesPerSecond, bytesPerSecond } = limits;
  return `${SUBJECT[whose]} more than the ${framesPerSecond} frames and ${bytesPerSecond} bytes per second allowed here.`;
}
