/** With what `spectral serve` introduces itself, and where. */
import { CommandFailed } from '../command-failed.ts';
import { readConfigFile } from '../settings/config-file.ts';
import { enrolmentCredential, loginCredential, type Credential } from '../settings/credential.ts';
import type { Environment } from '../settings/env.ts';
import { readMachineFile } from '../settings/machine-file.ts';
import type { Paths } from '../settings/paths.ts';

export interface ServeLogin {
  readonly credential: Credential;
  readonly mcpUrl: string;
  /** Origin of the gateway. */
  readonly backendUrl: string;
  /** Overrides the address that the gateway gives. */
  readonly relayUrl: string | null;
}

/** A machine of a fleet goes by its enrolment token, any other by its login. Throws CommandFailed without either. */
export function serveLogin(environment: Environment, paths: Paths, newId: () => string): ServeLogin {
  return environment.enrolmentTokenFile === null
    ? personalLogin(environment, paths)
    : fleetLogin(environment, environment.enrolmentTokenFile, { paths, newId });
}

function personalLogin(environment: Environment, paths: Paths): ServeLogin {
  const config = readConfigFile(paths.config);
  if (!config)
    throw new CommandFailed(`not logged in: there is no ${paths.config}. Run spectral login first.`);
  return {
    credential: loginCredential(config),
    mcpUrl: config.mcpUrl,
    backendUrl: environment.backendUrl ?? config.backendUrl ?? new URL(config.mcpUrl).origin,
    relayUrl: environment.relayUrl ?? config.relayUrl ?? null,
  };
}

function fleetLogin(
  { backendUrl, mcpUrl, relayUrl }: Environment,
  tokenFile: string,
  { paths, newId }: { paths: Paths; newId: () => string },
): ServeLogin {
  if (backendUrl === null) {
    throw new CommandFailed(
      'SPECTRAL_ENROLMENT_TOKEN_FILE is set and SPECTRAL_BACKEND_URL is not; give the address of the gateway',
    );
  }
  const credential = enrolmentCredential(tokenFile, { kept: keptToken(paths), attempt: newId() });
  return { credential, mcpUrl: mcpUrl ?? new URL('/mcp', backendUrl).href, backendUrl, relayUrl };
}

/** A file that a crash of the system left unreadable is as good as none: the enrolment token makes another. */
function keptToken(paths: Paths): string | null {
  try {
    return readMachineFile(paths.machine)?.token ?? null;
  } catch (error) {
    if (error instanceof CommandFailed) return null;
    throw error;
  }
}
