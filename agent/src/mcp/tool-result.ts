/** An MCP tool's result in the words of the agent's tools. */

/** Longest text block the agent is given, in characters: more would crowd out the conversation. */
export const TEXT_LIMIT = 20_000;

export interface McpContent {
  readonly type: string;
  readonly text?: unknown;
  readonly data?: unknown;
  readonly mimeType?: unknown;
  readonly uri?: unknown;
  readonly resource?: unknown;
}

export type AgentContent = { type: 'text'; text: string } | { type: 'image'; data: string; mimeType: string };

/** Text and images as they are, texts cut; of anything else its JSON. */
export function agentContent(blocks: readonly McpContent[]): AgentContent[] {
  return blocks.map((block) => {
    if (block.type === 'text' && typeof block.text === 'string')
      return { type: 'text', text: cutText(block.text) };
    if (block.type === 'image' && typeof block.data === 'string' && typeof block.mimeType === 'string') {
      return { type: 'image', data: block.data, mimeType: block.mimeType };
    }
    return { type: 'text', text: cutText(JSON.stringify(block)) };
  });
}

/** The first 20,000 characters and a note on the rest; a shorter text unchanged. */
export function cutText(text: string): string {
  if (text.length <= TEXT_LIMIT) return text;
  const halfCharacter = isHighSurrogate(text.charCodeAt(TEXT_LIMIT - 1));
  const kept = text.slice(0, halfCharacter ? TEXT_LIMIT - 1 : TEXT_LIMIT);
  return `${kept}\n\n[${text.length - kept.length} of ${text.length} characters left out. Ask for a smaller part of it.]`;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
