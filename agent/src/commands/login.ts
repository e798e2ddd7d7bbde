/** `spectral login`: proves who may enrol this machine, and keeps that proof. Nothing is written before it is checked. */
import { BackendRefused, BackendUnreachable } from '../backend/backend-errors.ts';
import { CommandFailed } from '../command-failed.ts';
import { writeConfigFile, type ConfigFile } from '../settings/config-file.ts';
import { pathsIn } from '../settings/paths.ts';
import { ask, askSecret, readLine } from './ask.ts';
import type { CommandContext } from './command-context.ts';
import { isHttpUrl, readLoginOptions, type LoginOptions } from './login-options.ts';
import { verifyKey } from './verify-key.ts';

const DEFAULT_MCP_URL = 'http://localhost:8080/mcp';

/** Exit code 0 with the login kept; CommandFailed with one line and nothing written. */
export async function runLogin(args: readonly string[], context: CommandContext): Promise<number> {
  const options = readLoginOptions(args);
  const mcpUrl = await mcpUrlFor(options, context);
  const { config } = pathsIn(context.environment.configDir);
  const backendUrl = context.environment.backendUrl ?? new URL(mcpUrl).origin;
  const proof = await proofBy(options, mcpUrl, backendUrl, context);
  const overridden = context.environment.backendUrl === null ? {} : { backendUrl };
  writeConfigFile(config, { mcpUrl, ...overridden, ...proof });
  context.stdout.write(`Logged in at ${new URL(mcpUrl).host}; kept in ${config}. Next: spectral serve\n`);
  return 0;
}

async function proofBy(
  options: LoginOptions,
  mcpUrl: string,
  backendUrl: string,
  context: CommandContext,
): Promise<Pick<ConfigFile, 'teamApiKey' | 'userToken'>> {
  try {
    switch (options.way) {
      case 'oauth':
        return { userToken: await (await import('./login-oauth.ts')).loginByBrowser(backendUrl, context) };
      case 'device':
        return { userToken: await (await import('./login-device.ts')).loginByDevice(backendUrl, context) };
      case 'key': {
        const key = await keyFrom(options, context);
        await verifyKey(mcpUrl, key, fetch);
        return { teamApiKey: key };
      }
    }
  } catch (error) {
    throw asFailure(error, options);
  }
}

async function mcpUrlFor(options: LoginOptions, context: CommandContext): Promise<string> {
  const preset = options.mcpUrl ?? context.environment.mcpUrl ?? DEFAULT_MCP_URL;
  if (options.mcpUrl !== null || options.apiKey !== null || !context.stdin.isTTY) return preset;
  const answer = await ask(context, 'MCP URL', preset);
  if (!isHttpUrl(answer))
    throw new CommandFailed(`the MCP URL must be one such as https://host/mcp, got "${answer}"`);
  return answer;
}

async function keyFrom({ apiKey }: LoginOptions, context: CommandContext): Promise<string> {
  if (apiKey !== null && apiKey !== '-') return apiKey;
  const key =
    apiKey === null && context.stdin.isTTY ? await askSecret(context, 'Team key') : await readLine(context);
  if (key) return key;
  throw new CommandFailed(
    'no team key given. Pass it with --api-key, or pipe it in, or run spectral login in a terminal.',
  );
}

function asFailure(error: unknown, { way }: LoginOptions): unknown {
  if (error instanceof BackendUnreachable) {
    return new CommandFailed(`${error.message}. Check the URL, and that the backend runs.`, { cause: error });
  }
  if (!(error instanceof BackendRefused)) return error;
  const what = way === 'key' ? 'the team key' : 'the login';
  return new CommandFailed(`${what} was refused: ${error.message}. Nothing was written.`, { cause: error });
}
