/** Tools that others give the agent, in words that need nothing of pi. */
import type { ExtensionFactory, ToolDefinition } from '@earendil-works/pi-coding-agent';

/** `parameters` is a JSON schema. A tool fails by throwing; it must heed its signal. */
export interface ExtraTool {
  readonly name: string;
  readonly label: string;
  readonly description: string;
  readonly parameters: object;
  execute(
    toolCallId: string,
    args: unknown,
    signal: AbortSignal | undefined,
  ): Promise<{
    content: ({ type: 'text'; text: string } | { type: 'image'; data: string; mimeType: string })[];
    details: object;
  }>;
}

/** Adds its tools to a session that starts. A factory that throws is reported and its tools are missing. */
export type ToolFactory = (registry: { registerTool(tool: ExtraTool): void }) => void | Promise<void>;

export function asExtension(factory: ToolFactory): ExtensionFactory {
  return (pi) => factory({ registerTool: (tool) => pi.registerTool(tool as ToolDefinition) });
}
