/** Tools that others give the agent, in words that need nothing of pi. */
import type { ExtensionFactory, ToolDefinition } from '@earendil-works/pi-coding-agent';
import type { ModelAccess } from '../driver.ts';

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

/**
 * Adds its tools to a session that starts. `access` gives the machine's access of the moment, for tools that call the
 * gateway. A factory that throws is reported and its tools are missing.
 */
export type ToolFactory = (
  registry: { registerTool(tool: ExtraTool): void },
  access: () => ModelAccess | null,
) => void | Promise<void>;

export function asExtension(factory: ToolFactory, access: () => ModelAccess | null): ExtensionFactory {
  return (pi) => factory({ registerTool: (tool) => pi.registerTool(tool as ToolDefinition) }, access);
}
