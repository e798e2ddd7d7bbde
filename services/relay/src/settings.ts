/** What a relay can be told, and the values that fit most. Read from the environment by config.ts, or given by standalone. */
import { MAX_FRAME_BYTES, PING_INTERVAL_MS, REQUEST_TIMEOUT_MS, SILENCE_MS } from '@spectral/proto/wire';
import { PRESENCE_EXPIRY_MS } from '@spectral/common';
import type { RouterPeriods } from './routing/router.ts';
import type { ReaderLimits } from './routing/watched-machines.ts';
import type { RateLimits } from './sockets/rate-limit.ts';

export interface RelaySettings {
  /** Origins of pages that may open sockets besides the relay's own, such as `https://spectral.example.com`. */
  readonly allowedOrigins: readonly string[];
  /**
   * Frames and bytes per second on this process. A machine above its own or its team's is read more slowly; requests of
   * a browser above its own, its person's or its team's are answered 429.
   */
  readonly machineRate: RateLimits;
  /** Of one browser connection. */
  readonly browserRate: RateLimits;
  /** Of all browser connections of one person. */
  readonly userRate: RateLimits;
  /** Of all machines of one team together, and again of all its browsers together. */
  readonly teamRate: RateLimits;
  /** Bytes on their way to one browser before its channels are dropped. */
  readonly browserWindowBytes: number;
  /** Bytes on their way to one machine before requests are refused. */
  readonly machineWindowBytes: number;
  /** Connections of one team on this process. */
  readonly machinesPerTeam: number;
  readonly browsersPerTeam: number;
  readonly reader: ReaderLimits;
  readonly periods: RouterPeriods;
  readonly pingIntervalMs: number;
  readonly silenceMs: number;
  /** A machine must have asked for its upgrade by then, and a browser presented its ticket as well. */
  readonly handshakeMs: number;
  /** All sockets are checked again this often, whatever was announced. */
  readonly standingSweepMs: number;
}

/** Those of a relay that listens itself. */
export interface ListeningSettings extends RelaySettings {
  readonly host: string;
  readonly port: number;
  /** What the operator of a fleet shows; null: there is none, and `/internal/fleet` does not exist. */
  readonly operatorSecret: string | null;
}

/** A person has a few tabs and a shell at work at once. */
const BUSY_CONNECTIONS = 4;

/** What all connections of a person may send, when only the rate of one is given. */
export function userRateFor({ framesPerSecond, bytesPerSecond }: RateLimits): RateLimits {
  return {
    framesPerSecond: BUSY_CONNECTIONS * framesPerSecond,
    bytesPerSecond: BUSY_CONNECTIONS * bytesPerSecond,
  };
}

const BROWSER_RATE: RateLimits = { framesPerSecond: 500, bytesPerSecond: 16 * 1024 * 1024 };

export const DEFAULT_SETTINGS: RelaySettings = {
  allowedOrigins: [],
  machineRate: { framesPerSecond: 20_000, bytesPerSecond: 64 * 1024 * 1024 },
  browserRate: BROWSER_RATE,
  userRate: userRateFor(BROWSER_RATE),
  teamRate: { framesPerSecond: 200_000, bytesPerSecond: 512 * 1024 * 1024 },
  browserWindowBytes: 4 * 1024 * 1024,
  machineWindowBytes: 4 * MAX_FRAME_BYTES,
  machinesPerTeam: 10_000,
  browsersPerTeam: 10_000,
  reader: { requestTimeoutMs: REQUEST_TIMEOUT_MS, pendingRequests: 256, openChannels: 256 },
  periods: { renewMs: PRESENCE_EXPIRY_MS / 3, lookMs: 3_000, podCheckMs: 1_000, interestMs: 5_000 },
  pingIntervalMs: PING_INTERVAL_MS,
  silenceMs: SILENCE_MS,
  handshakeMs: 10_000,
  standingSweepMs: 30_000,
};
