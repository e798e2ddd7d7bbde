/**
 * The file pi loads in a terminal (`pi -e`): the team's tools, by the login of this machine. It runs in pi's process,
 * so it is an entry of its own and reads the environment itself. Model providers are pi's own business here.
 */
import { homedir } from 'node:os';
import { credentialOf, readConfigFile } from '../settings/config-file.ts';
import { readEnvironment } from '../settings/env.ts';
import { pathsIn } from '../settings/paths.ts';
import { readVersion } from '../version.ts';
import { createMcpConnection } from '../mcp/mcp-connection.ts';
import { createMcpExtension, type ToolRegistry } from '../mcp/mcp-extension.ts';

interface TerminalPi extends ToolRegistry {
  on(event: 'session_shutdown', handler: () => Promise<void>): void;
}

const CONNECT_MS = 3000;
const CALL_MS = 120_000;

// pi takes an extension from a file's default export.
// oxlint-disable-next-line import/no-default-export
export default async function registerTeamTools(pi: TerminalPi): Promise<void> {
  try {
    await registerFrom(pi);
  } catch (error) {
    warn(`The team's tools are not available: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function registerFrom(pi: TerminalPi): Promise<void> {
  const environment = readEnvironment(process.env, homedir());
  const config = readConfigFile(pathsIn(environment.configDir).config);
  if (!config) return warn("Not logged in, so the team's tools are not available. Run: spectral login");
  const connection = createMcpConnection({
    url: environment.mcpUrl ?? config.mcpUrl,
    token: () => credentialOf(config),
    client: { name: 'spectral-terminal', version: readVersion() },
    connectMs: CONNECT_MS,
    callMs: CALL_MS,
  });
  pi.on('session_shutdown', () => connection.close());
  await createMcpExtension({ connection, warn, now: Date.now })(pi);
}

function warn(message: string): void {
  process.stderr.write(`spectral: ${message}\n`);
}
