/** What a reader process is told at its start, as one argument of JSON. */
import type { ReaderSabotage } from './sabotage.ts';

export interface ReaderOrder {
  readonly name: string;
  readonly gatewayUrl: string;
  /** Of the login. */
  readonly cookie: string;
  readonly machineId: string;
  /** Origin its link goes through. */
  readonly relayUrl: string;
  /** The sessions it follows and prompts. */
  readonly sessions: readonly string[];
  /** Where it writes its records. */
  readonly file: string;
  readonly seed: number;
  readonly sabotage: ReaderSabotage | null;
}
