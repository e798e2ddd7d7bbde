/** An extension of pi that offers the team's MCP tools. The same factory serves the daemon and the terminal. */
import type { McpConnection, McpTool } from './mcp-connection.ts';
import { agentContent, type AgentContent } from './tool-result.ts';

/** What the extension needs of pi; its `ExtensionAPI` fits. */
export interface ToolRegistry {
  registerTool(tool: AgentTool): void;
}

export interface AgentTool {
  readonly name: string;
  readonly label: string;
  readonly description: string;
  readonly parameters: object;
  execute(
    toolCallId: string,
    args: unknown,
    signal: AbortSignal | undefined,
  ): Promise<{ content: AgentContent[]; details: object }>;
}

export interface McpExtensionOptions {
  readonly connection: McpConnection;
  readonly warn: (message: string) => void;
  readonly now: () => number;
}

/** A team's tool cannot take the place of pi's own: a person reading `bash` must be able to trust the word. */
const OWN_NAMES = new Set(['read', 'bash', 'edit', 'write', 'grep', 'find', 'ls', 'powershell']);
/** While the endpoint is away, sessions start without waiting for it again. */
const RETRY_AFTER_MS = 60_000;

/** The factory pi calls once per session. It never throws: without the endpoint there is one warning and no tools. */
export function createMcpExtension({
  connection,
  warn,
  now,
}: McpExtensionOptions): (pi: ToolRegistry) => Promise<void> {
  let failedAt = -Infinity;
  let warned = false;

  return async (pi) => {
    if (now() - failedAt < RETRY_AFTER_MS) return;
    try {
      for (const tool of await connection.listTools()) {
        if (!OWN_NAMES.has(tool.name)) pi.registerTool(agentTool(connection, tool));
      }
      warned = false;
    } catch (error) {
      failedAt = now();
      if (!warned)
        warn(`The team's tools are not available, the agent starts without them: ${reason(error)}`);
      warned = true;
    }
  };
}

function agentTool(connection: McpConnection, tool: McpTool): AgentTool {
  return {
    name: tool.name,
    label: tool.title ?? tool.name,
    description: tool.description ?? '',
    parameters: tool.inputSchema,
    async execute(_toolCallId, args, signal) {
      const result = await connection.callTool(tool.name, args as Record<string, unknown>, signal);
      const content = agentContent(result.content);
      // pi tells a failed tool from a good one by its throwing.
      if (result.isError) throw new Error(textOf(content) || `${tool.name} failed without saying why`);
      return { content, details: {} };
    },
  };
}

function textOf(content: readonly AgentContent[]): string {
  return content.map((block) => (block.type === 'text' ? block.text : '')).join('\n');
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}
