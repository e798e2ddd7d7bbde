/** A connection to the gateway's `/mcp`, made when it is first needed and again after it broke. */
import type { Client } from '@modelcontextprotocol/client';
import type { McpContent } from './tool-result.ts';

export interface McpEndpoint {
  readonly url: string;
  /** Team key, user token or machine token, as it is at the moment of a request. */
  readonly token: () => string;
  /** Name and version this client tells the server. */
  readonly client: { readonly name: string; readonly version: string };
  /** Longest wait for the connection with its list of tools, which an agent's start waits for. */
  readonly connectMs: number;
  /** Longest run of a tool. */
  readonly callMs: number;
}

export interface McpTool {
  readonly name: string;
  readonly title?: string | undefined;
  readonly description?: string | undefined;
  readonly inputSchema: object;
}

export interface McpResult {
  readonly content: readonly McpContent[];
  readonly isError: boolean;
}

export interface McpConnection {
  /** Rejects when the endpoint cannot be reached or refuses. */
  listTools(): Promise<readonly McpTool[]>;
  /** Rejects on a failure of the connection or the protocol; a tool's own failure is in its result. */
  callTool(name: string, args: Record<string, unknown>, signal?: AbortSignal): Promise<McpResult>;
  close(): Promise<void>;
}

/** Nothing is loaded or connected before the first call. */
export function createMcpConnection(endpoint: McpEndpoint): McpConnection {
  let connecting: Promise<Client> | null = null;

  const forget = (broken: Promise<Client>): void => {
    if (connecting === broken) connecting = null;
  };
  const connected = (): Promise<Client> => {
    if (connecting) return connecting;
    const attempt = connect(endpoint);
    connecting = attempt;
    attempt.then(
      (client) => (client.onclose = () => forget(attempt)),
      () => forget(attempt),
    );
    return attempt;
  };
  /** A failed request may mean a server that has been restarted and forgot us: the next one connects anew. */
  const withClient = async <T>(use: (client: Client) => Promise<T>): Promise<T> => {
    const current = connected();
    try {
      return await use(await current);
    } catch (error) {
      forget(current);
      throw error;
    }
  };

  return {
    listTools: () =>
      withClient(async (client) => (await client.listTools({}, { timeout: endpoint.connectMs })).tools),
    callTool: (name, args, signal) =>
      withClient(async (client) => {
        const options = { timeout: endpoint.callMs, ...(signal && { signal }) };
        const result = await client.callTool({ name, arguments: args }, options);
        return { content: result.content ?? [], isError: result.isError === true };
      }),
    async close() {
      const closing = connecting;
      connecting = null;
      // A connection that was never made needs no closing.
      await closing?.then(
        (client) => client.close(),
        () => {},
      );
    },
  };
}

async function connect({ url, token, client: info, connectMs }: McpEndpoint): Promise<Client> {
  const mcp = await import('@modelcontextprotocol/client');
  const client = new mcp.Client(info);
  const transport = new mcp.StreamableHTTPClientTransport(new URL(url), {
    authProvider: { token: async () => token() },
  });
  await client.connect(transport, { timeout: connectMs });
  return client;
}
