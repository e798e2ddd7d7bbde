/** pi as the daemon runs it: models through the gateway, and the team's tools from the gateway's MCP endpoint. */
import type { Driver, ModelAccess } from '../drivers/driver.ts';
import { createPiDriver } from '../drivers/pi/pi-driver.ts';
import { createMcpConnection } from '../mcp/mcp-connection.ts';
import { createMcpExtension } from '../mcp/mcp-extension.ts';
import type { Log } from './logger.ts';

export interface ServedPiOptions {
  /** The daemon's own environment. pi changes it: secrets and its own settings are taken out. */
  readonly env: NodeJS.ProcessEnv;
  /** Directory for pi's own and temporary files. */
  readonly stateDir: string;
  readonly mcpUrl: string;
  readonly version: string;
  readonly log: Log;
  readonly now: () => number;
}

/** A session starts without the team's tools when they cannot be listed in this time. */
const MCP_CONNECT_MS = 5_000;
const MCP_CALL_MS = 5 * 60_000;

/** Nothing is loaded yet. `prewarm` loads pi, so that the first prompt does not wait for it; a failure is only logged. */
export function createServedPi({
  env,
  stateDir,
  mcpUrl,
  version,
  log,
  now,
}: ServedPiOptions): Driver & { prewarm(): void } {
  let access: ModelAccess | null = null;
  const warn = (message: string, details = {}) => log('agent.warning', { message, ...details });
  const connection = createMcpConnection({
    url: mcpUrl,
    token: () => access?.machineToken ?? '',
    client: { name: 'spectral', version },
    connectMs: MCP_CONNECT_MS,
    callMs: MCP_CALL_MS,
  });
  const pi = createPiDriver({
    env,
    stateDir,
    log: { info: (message, details = {}) => log('agent.info', { message, ...details }), warn },
    now,
    tools: [createMcpExtension({ connection, warn, now })],
  });
  return {
    ...pi,
    prewarm: () =>
      void pi.prewarm().catch((error: unknown) => log('agent.not-loaded', { message: String(error) })),
    configure(next) {
      access = next;
      pi.configure(next);
    },
    async close() {
      await pi.close();
      await connection.close();
    },
  };
}
