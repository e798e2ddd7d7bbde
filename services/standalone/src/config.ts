/** Settings of `npm start`. Those of the gateway and the relay that matter to one process are passed on to them. */
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LOG_LEVELS, readEnv, type Env, type LogLevel } from '@spectral/common';

export interface StandaloneConfig {
  /** SPECTRAL_HOST: address to listen on. Default 127.0.0.1: this machine alone. */
  readonly host: string;
  /** SPECTRAL_PORT: default 8080; 0 takes any free port. */
  readonly port: number;
  /** SPECTRAL_DATA_DIR: everything that is kept. Default `.spectral-data` in the working directory. */
  readonly dataDirectory: string;
  /** SPECTRAL_MACHINE_NAME: name of this machine in the picker. Default: the host's name. */
  readonly machineName: string;
  /** SPECTRAL_LOCAL_MACHINE: whether to run `spectral serve` here as well. Default true. */
  readonly localMachine: boolean;
  /** SPECTRAL_LOG_LEVEL: of the JSON lines in `<data directory>/spectral.log`. Default info. */
  readonly logLevel: LogLevel;
}

/** Reads the settings. Throws ConfigError with every fault. */
export function readStandaloneConfig(env: Env): StandaloneConfig {
  const read = readEnv('spectral', env);
  const config: StandaloneConfig = {
    host: read.text('SPECTRAL_HOST', '127.0.0.1'),
    port: read.integer('SPECTRAL_PORT', { fallback: 8080, min: 0, max: 65_535 }),
    dataDirectory: resolve(read.text('SPECTRAL_DATA_DIR', '.spectral-data')),
    machineName: read.text('SPECTRAL_MACHINE_NAME', hostname()),
    localMachine: read.flag('SPECTRAL_LOCAL_MACHINE', true),
    logLevel: read.choice('SPECTRAL_LOG_LEVEL', LOG_LEVELS, 'info'),
  };
  read.finish();
  return Object.freeze(config);
}

/** Where `npm run build` puts the page. */
const PAGE_DIRECTORY = fileURLToPath(new URL('../../web/dist', import.meta.url));

/** What the gateway in this process is told: the person's own settings, and what one process decides for it. */
export function gatewayEnv(
  env: Env,
  config: StandaloneConfig,
  bound: { port: number; serviceSecret: string },
): Env {
  return {
    ...env,
    SPECTRAL_HOST: config.host,
    SPECTRAL_PORT: String(bound.port),
    SPECTRAL_DATA_DIR: config.dataDirectory,
    SPECTRAL_SERVICE_SECRET: bound.serviceSecret,
    SPECTRAL_WEB_DIR: env['SPECTRAL_WEB_DIR'] ?? PAGE_DIRECTORY,
    DATABASE_URL: undefined,
    REDIS_URL: undefined,
  };
}
