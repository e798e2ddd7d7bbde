/** Settings of a relay process, read once from the environment. Every fault is reported at once. */
import { LOG_LEVELS, readEnv, readRedisUrl, type Env, type EnvReader, type LogLevel } from '@spectral/common';
import { DEFAULT_SETTINGS, userRateFor, type ListeningSettings, type RelaySettings } from './settings.ts';
import { ANY_ORIGIN } from './sockets/admit-browser.ts';

export interface RelayConfig extends ListeningSettings {
  /** SPECTRAL_HOST: address to listen on. Default 127.0.0.1; in a container 0.0.0.0. */
  readonly host: string;
  /** SPECTRAL_PORT: 0 to 65535, 0 for any free one. Default 8081. */
  readonly port: number;
  /** SPECTRAL_GATEWAY_URL: where this process reaches the gateway, for token keys and standing. */
  readonly gatewayUrl: string;
  /** SPECTRAL_SERVICE_SECRET: what is shown at the gateway's /internal; at least 16 characters. */
  readonly serviceSecret: string;
  /**
   * SPECTRAL_OPERATOR_SECRET: what the operator of a fleet shows at this process's /internal/fleet; at least 16
   * characters. Null: those routes do not exist.
   */
  readonly operatorSecret: string | null;
  /**
   * REDIS_URL: redis://user:password@host:6379/0, redis+sentinel://host:26379,host:26379/master or
   * redis+cluster://host,host, with rediss for TLS (redis-address.ts). Null: this process is the only relay.
   */
  readonly redisUrl: string | null;
  /**
   * SPECTRAL_DRAIN_SPREAD_MS: over how long machines and browsers move away at a stop. Default 8000: when one of three
   * relays stops, below a tenth of all connect in any second. At most 600000. Whoever stops the process must leave it ten
   * seconds more.
   */
  readonly drainSpreadMs: number;
  /** SPECTRAL_LOG_LEVEL: debug, info, warn, error or silent. Default info. */
  readonly logLevel: LogLevel;
}

const MILLION = 1_000_000;

/**
 * Further variables, with the defaults of settings.ts. All limits are of this process; a fleet behind a load balancer
 * that hashes on the machine has each machine on one process, and a person or team on as many as their machines.
 *
 * - SPECTRAL_ALLOWED_ORIGINS: pages that may connect, separated by commas; `*` for any.
 * - SPECTRAL_MACHINE_FRAMES_PER_SECOND, SPECTRAL_MACHINE_BYTES_PER_SECOND: of one machine. Above, it is read more slowly.
 * - SPECTRAL_BROWSER_FRAMES_PER_SECOND, SPECTRAL_BROWSER_BYTES_PER_SECOND: of one browser connection. Above, its
 *   requests are answered 429; ten seconds' worth above, it is closed with 4429.
 * - SPECTRAL_USER_FRAMES_PER_SECOND, SPECTRAL_USER_BYTES_PER_SECOND: of all browser connections of one person; above,
 *   429. Default: four times those of one connection.
 * - SPECTRAL_TEAM_FRAMES_PER_SECOND, SPECTRAL_TEAM_BYTES_PER_SECOND: of all machines of one team (above, they are read
 *   more slowly), and apart from them of all its browsers (above, 429).
 * - SPECTRAL_MACHINES_PER_TEAM, SPECTRAL_BROWSERS_PER_TEAM: connections of one team; more are refused with 429.
 * - SPECTRAL_BROWSER_WINDOW_BYTES: bytes on their way to one browser before it gets `gap`.
 *
 * Throws ConfigError with one line per fault.
 */
export function readRelayConfig(env: Env): RelayConfig {
  const reader = readEnv('relay', env);
  const defaults = DEFAULT_SETTINGS;
  const browserRate = rateOf(reader, 'BROWSER', defaults.browserRate);
  const config: RelayConfig = {
    ...defaults,
    host: reader.text('SPECTRAL_HOST', '127.0.0.1'),
    port: reader.integer('SPECTRAL_PORT', { fallback: 8081, min: 0, max: 65535 }),
    gatewayUrl: reader.url('SPECTRAL_GATEWAY_URL', ['http', 'https']),
    serviceSecret: serviceSecretOf(reader),
    operatorSecret: operatorSecretOf(reader),
    redisUrl: readRedisUrl(reader, 'REDIS_URL'),
    drainSpreadMs: reader.integer('SPECTRAL_DRAIN_SPREAD_MS', { fallback: 8_000, min: 0, max: 600_000 }),
    logLevel: reader.choice('SPECTRAL_LOG_LEVEL', LOG_LEVELS, 'info'),
    allowedOrigins: originsOf(reader),
    machineRate: rateOf(reader, 'MACHINE', defaults.machineRate),
    browserRate,
    userRate: rateOf(reader, 'USER', userRateFor(browserRate)),
    teamRate: rateOf(reader, 'TEAM', defaults.teamRate),
    browserWindowBytes: reader.integer('SPECTRAL_BROWSER_WINDOW_BYTES', {
      fallback: defaults.browserWindowBytes,
      min: 65_536,
      max: 1_000 * MILLION,
    }),
    machinesPerTeam: reader.integer('SPECTRAL_MACHINES_PER_TEAM', {
      fallback: defaults.machinesPerTeam,
      min: 1,
      max: MILLION,
    }),
    browsersPerTeam: reader.integer('SPECTRAL_BROWSERS_PER_TEAM', {
      fallback: defaults.browsersPerTeam,
      min: 1,
      max: MILLION,
    }),
  };
  reader.finish();
  return Object.freeze(config);
}

function serviceSecretOf(reader: EnvReader): string {
  const secret = reader.text('SPECTRAL_SERVICE_SECRET');
  if (secret && secret.length < 16)
    reader.fault('SPECTRAL_SERVICE_SECRET is too short; give at least 16 characters');
  return secret;
}

function operatorSecretOf(reader: EnvReader): string | null {
  const secret = reader.optional('SPECTRAL_OPERATOR_SECRET');
  if (secret !== null && secret.length < 16)
    reader.fault('SPECTRAL_OPERATOR_SECRET is too short; give at least 16 characters');
  return secret;
}

function originsOf(reader: EnvReader): string[] {
  const listed = (reader.optional('SPECTRAL_ALLOWED_ORIGINS') ?? '')
    .split(',')
    .map((origin) => origin.trim());
  const origins = listed.filter((origin) => origin !== '');
  for (const origin of origins) {
    if (origin === ANY_ORIGIN || (URL.canParse(origin) && new URL(origin).origin === origin)) continue;
    reader.fault(
      `SPECTRAL_ALLOWED_ORIGINS holds ${JSON.stringify(origin)}; give origins such as https://spectral.example.com`,
    );
  }
  return origins;
}

function rateOf(
  reader: EnvReader,
  whose: 'MACHINE' | 'BROWSER' | 'USER' | 'TEAM',
  fallback: RelaySettings['machineRate'],
) {
  return {
    framesPerSecond: reader.integer(`SPECTRAL_${whose}_FRAMES_PER_SECOND`, {
      fallback: fallback.framesPerSecond,
      min: 1,
      max: MILLION,
    }),
    bytesPerSecond: reader.integer(`SPECTRAL_${whose}_BYTES_PER_SECOND`, {
      fallback: fallback.bytesPerSecond,
      min: 65_536,
      max: 10_000 * MILLION,
    }),
  };
}
