/** Settings of the gateway, read once from the environment. Every fault is reported at once. */
import { LOG_LEVELS, readEnv, readRedisUrl, type Env, type EnvReader, type LogLevel } from '@spectral/common';

export interface GatewayConfig {
  /** SPECTRAL_HOST: address to listen on. Default 127.0.0.1; in a container 0.0.0.0. */
  readonly host: string;
  /** SPECTRAL_PORT: 0 to 65535, 0 for any free one. Default 8080. */
  readonly port: number;
  /** SPECTRAL_PUBLIC_URL: where browsers reach the gateway. Default: http://localhost and the port. https makes cookies Secure. */
  readonly publicUrl: string;
  /** SPECTRAL_RELAY_PUBLIC_URL: where browsers and machines reach the relay (http or https). Default: the public URL. */
  readonly relayPublicUrl: string;
  /** DATABASE_URL (a Postgres server), or SPECTRAL_DATA_DIR (embedded, in that directory's `database`). */
  readonly database: { readonly url: string; readonly connections: number } | { readonly directory: string };
  /**
   * REDIS_URL: announcements, presence and limits shared by several processes, in one of the forms of redis-address.ts.
   * Null: this process is the only one.
   */
  readonly redisUrl: string | null;
  /** SPECTRAL_SERVICE_SECRET: what relays show at /internal; at least 16 characters. */
  readonly serviceSecret: string;
  /**
   * SPECTRAL_OPERATOR_SECRET: what the operator of a fleet shows at /internal/fleet; at least 16 characters. Null: those
   * routes do not exist.
   */
  readonly operatorSecret: string | null;
  /** SPECTRAL_MASTER_KEY (32 bytes in base64) or SPECTRAL_MASTER_KEY_FILE (made when missing and a data directory is used). */
  readonly masterKey: { readonly base64: string } | { readonly file: string; readonly create: boolean };
  /** Team-independent upstreams. A provider without key is not offered. */
  readonly providers: {
    /** ANTHROPIC_API_KEY, ANTHROPIC_BASE_URL (default https://api.anthropic.com). */
    readonly anthropic: { readonly apiKey: string | null; readonly baseUrl: string };
    /** OPENAI_API_KEY, OPENAI_BASE_URL (default https://api.openai.com/v1). */
    readonly openai: { readonly apiKey: string | null; readonly baseUrl: string };
  };
  /** SPECTRAL_DEMO: whether the built-in demo model is offered; `auto` (default): when no provider has a key. */
  readonly demo: 'auto' | 'on' | 'off';
  /**
   * The pace of the demo model, in milliseconds. SPECTRAL_DEMO_DELAY_MS: silence before its first word, default 150.
   * SPECTRAL_DEMO_PIECE_MS: pause between pieces of text, default 20.
   */
  readonly demoTiming: { readonly delayMs: number; readonly pieceMs: number };
  /**
   * Where models that teams bring themselves may live. SPECTRAL_MODEL_HOSTS: hosts, separated by commas, that may be
   * reached by plain http and at private addresses. SPECTRAL_PRIVATE_MODELS: true allows that for any host.
   */
  readonly modelAddresses: { readonly allowPrivate: boolean; readonly allowedHosts: readonly string[] };
  /** SPECTRAL_WEB_DIR: the built page. Null: this process serves no page. */
  readonly webDirectory: string | null;
  /** SPECTRAL_TRUST_PROXY: how many proxies in front are trusted to name the caller's address. 0 to 10, default 0. */
  readonly trustProxy: number;
  /** SPECTRAL_DRAIN_MS: how long answers that stream may go on at a stop. Default 10000, at most an hour. */
  readonly drainMs: number;
  /** SPECTRAL_LOG_LEVEL: debug, info, warn, error or silent. Default info. */
  readonly logLevel: LogLevel;
}

/** Throws ConfigError with one line per fault. */
export function readGatewayConfig(env: Env): GatewayConfig {
  const reader = readEnv('gateway', env);
  const port = reader.integer('SPECTRAL_PORT', { fallback: 8080, min: 0, max: 65535 });
  const publicUrl = reader.url('SPECTRAL_PUBLIC_URL', ['http', 'https'], `http://localhost:${port}`);
  const config: GatewayConfig = {
    host: reader.text('SPECTRAL_HOST', '127.0.0.1'),
    port,
    publicUrl,
    relayPublicUrl: reader.optionalUrl('SPECTRAL_RELAY_PUBLIC_URL', ['http', 'https']) ?? publicUrl,
    database: databaseOf(reader),
    redisUrl: readRedisUrl(reader, 'REDIS_URL'),
    serviceSecret: serviceSecretOf(reader),
    operatorSecret: operatorSecretOf(reader),
    masterKey: masterKeyOf(reader),
    providers: {
      anthropic: {
        apiKey: reader.optional('ANTHROPIC_API_KEY'),
        baseUrl: reader.url('ANTHROPIC_BASE_URL', ['http', 'https'], 'https://api.anthropic.com'),
      },
      openai: {
        apiKey: reader.optional('OPENAI_API_KEY'),
        baseUrl: reader.url('OPENAI_BASE_URL', ['http', 'https'], 'https://api.openai.com/v1'),
      },
    },
    demo: reader.choice('SPECTRAL_DEMO', ['auto', 'on', 'off'], 'auto'),
    demoTiming: {
      delayMs: reader.integer('SPECTRAL_DEMO_DELAY_MS', { fallback: 150, min: 0, max: 60_000 }),
      pieceMs: reader.integer('SPECTRAL_DEMO_PIECE_MS', { fallback: 20, min: 0, max: 10_000 }),
    },
    modelAddresses: {
      allowPrivate: reader.flag('SPECTRAL_PRIVATE_MODELS', false),
      allowedHosts: (reader.optional('SPECTRAL_MODEL_HOSTS') ?? '')
        .toLowerCase()
        .split(/[\s,]+/)
        .filter(Boolean),
    },
    webDirectory: reader.optional('SPECTRAL_WEB_DIR'),
    trustProxy: reader.integer('SPECTRAL_TRUST_PROXY', { fallback: 0, min: 0, max: 10 }),
    drainMs: reader.integer('SPECTRAL_DRAIN_MS', { fallback: 10_000, min: 0, max: 3_600_000 }),
    logLevel: reader.choice('SPECTRAL_LOG_LEVEL', LOG_LEVELS, 'info'),
  };
  reader.finish();
  return Object.freeze(config);
}

function databaseOf(reader: EnvReader): GatewayConfig['database'] {
  const url = reader.optionalUrl('DATABASE_URL', ['postgres', 'postgresql']);
  const directory = reader.optional('SPECTRAL_DATA_DIR');
  const connections = reader.integer('SPECTRAL_DATABASE_CONNECTIONS', { fallback: 10, min: 1, max: 200 });
  if (url !== null) return { url, connections };
  if (directory === null) {
    reader.fault(
      'DATABASE_URL is not set; give a Postgres URL, or a directory in SPECTRAL_DATA_DIR for the embedded one',
    );
  }
  return { directory: `${directory ?? ''}/database` };
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

function masterKeyOf(reader: EnvReader): GatewayConfig['masterKey'] {
  const base64 = reader.optional('SPECTRAL_MASTER_KEY');
  const file = reader.optional('SPECTRAL_MASTER_KEY_FILE');
  const directory = reader.optional('SPECTRAL_DATA_DIR');
  if (base64 !== null) {
    const bytes = Buffer.from(base64, 'base64').length;
    if (bytes !== 32)
      reader.fault(
        `SPECTRAL_MASTER_KEY has ${bytes} bytes; give 32 bytes in base64 (openssl rand -base64 32)`,
      );
    return { base64 };
  }
  if (file !== null) return { file, create: false };
  if (directory !== null) return { file: `${directory}/master.key`, create: true };
  reader.fault(
    'SPECTRAL_MASTER_KEY is not set; give 32 bytes in base64 (openssl rand -base64 32), or SPECTRAL_MASTER_KEY_FILE',
  );
  return { file: '', create: false };
}
