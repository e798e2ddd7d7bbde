/** The team's MCP tools for the daemon's sessions: the gateway's `/mcp`, with the machine token of the moment. */
import { createMcpConnection, type McpConnection } from './mcp-connection.ts';
import { createMcpExtension, type ToolRegistry } from './mcp-extension.ts';

/** What is needed of the machine's access; ModelAccess fits. */
export interface GatewayAccess {
  readonly gatewayUrl: string;
  readonly machineToken: string;
}

export interface TeamToolsOptions {
  readonly version: string;
  readonly warn: (message: string) => void;
  readonly now: () => number;
}

/** A session's start waits for these at most this long, once; while they are away the others do not wait. */
const CONNECT_MS = 3000;
const CALL_MS = 120_000;

/** A factory for the pi driver's `tools`. All sessions share one connection, made by the first that starts. */
export function createTeamTools({
  version,
  warn,
  now,
}: TeamToolsOptions): (registry: ToolRegistry, access: () => GatewayAccess | null) => Promise<void> {
  let shared: {
    readonly gatewayUrl: string;
    readonly register: (registry: ToolRegistry) => Promise<void>;
  } | null = null;

  const connectionTo = (gatewayUrl: string, token: () => string): McpConnection =>
    createMcpConnection({
      url: new URL('/mcp', gatewayUrl).href,
      token,
      client: { name: 'spectral-machine', version },
      connectMs: CONNECT_MS,
      callMs: CALL_MS,
    });

  return async (registry, access) => {
    const gatewayUrl = access()?.gatewayUrl;
    if (!gatewayUrl) return;
    if (shared?.gatewayUrl !== gatewayUrl) {
      const connection = connectionTo(gatewayUrl, () => access()?.machineToken ?? '');
      shared = { gatewayUrl, register: createMcpExtension({ connection, warn, now }) };
    }
    await shared.register(registry);
  };
}
