/** The one file that names environment variables. They are read from an argument, all faults reported at once. */
import { isAbsolute, join, resolve } from 'node:path';
import { CommandFailed } from '../command-failed.ts';

/** Settings of the process. A null URL means: not set, the next source decides. */
export interface Environment {
  /** SPECTRAL_CONFIG_DIR: where every file of the daemon is kept. Default `~/.spectral`. */
  readonly configDir: string;
  /** SPECTRAL_MCP_URL: default of the MCP endpoint that `login` asks for. */
  readonly mcpUrl: string | null;
  /** SPECTRAL_BACKEND_URL: origin of the gateway. Default: origin of the MCP URL. */
  readonly backendUrl: string | null;
  /** SPECTRAL_RELAY_URL: WebSocket address of the relay. Default: what the gateway says at registration. */
  readonly relayUrl: string | null;
  /**
   * SPECTRAL_ENROLMENT_TOKEN_FILE: holds the token that makes this a machine of a fleet, in place of a login. Needs
   * SPECTRAL_BACKEND_URL. The token is traded once for an identity that is kept in the config directory.
   */
  readonly enrolmentTokenFile: string | null;
  /** SPECTRAL_DRIVER: `pi` (default), or `scripted` for an agent without a model, for tests and load tests. */
  readonly driver: 'pi' | 'scripted';
}

/** Throws CommandFailed that names every faulty variable, its value and the form expected. */
export function readEnvironment(env: Record<string, string | undefined>, home: string): Environment {
  const faults: string[] = [];
  const url = (name: string, protocols: readonly string[]): string | null => {
    const value = env[name];
    if (!value) return null;
    if (URL.canParse(value) && protocols.includes(new URL(value).protocol)) return value;
    faults.push(`${name} is "${value}"; expected a URL beginning with ${protocols.join('// or ')}//`);
    return null;
  };
  const environment: Environment = {
    configDir: configDirOf(env['SPECTRAL_CONFIG_DIR'], home),
    mcpUrl: url('SPECTRAL_MCP_URL', ['http:', 'https:']),
    backendUrl: url('SPECTRAL_BACKEND_URL', ['http:', 'https:']),
    relayUrl: url('SPECTRAL_RELAY_URL', ['ws:', 'wss:']),
    enrolmentTokenFile: env['SPECTRAL_ENROLMENT_TOKEN_FILE'] || null,
    driver: driverOf(env['SPECTRAL_DRIVER'], faults),
  };
  if (faults.length > 0) throw new CommandFailed(faults.join('; '));
  return Object.freeze(environment);
}

function configDirOf(value: string | undefined, home: string): string {
  if (!value) return join(home, '.spectral');
  if (value === '~' || value.startsWith('~/')) return join(home, value.slice(1));
  return isAbsolute(value) ? value : resolve(value);
}

function driverOf(value: string | undefined, faults: string[]): 'pi' | 'scripted' {
  if (!value || value === 'pi') return 'pi';
  if (value !== 'scripted') faults.push(`SPECTRAL_DRIVER is "${value}"; expected pi or scripted`);
  return 'scripted';
}
