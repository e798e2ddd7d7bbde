/** What the demo provider reads of a Messages request. Anything odd is taken as absent: it is a demo, not a validator. */
import { fields, list, text, type Fields } from '../usage/json-fields.ts';

export interface ToolUse {
  readonly name: string;
  readonly input: Fields;
  /** Text of its result; null while there is none. */
  readonly result: string | null;
  readonly failed: boolean;
}

export interface DemoRequest {
  readonly stream: boolean;
  readonly system: string;
  /** The last words of the person. */
  readonly prompt: string;
  /** Images that came with them. */
  readonly images: number;
  /** Names of the tools the agent offers. */
  readonly tools: readonly string[];
  /** Tools used since those words, in order. */
  readonly used: readonly ToolUse[];
  /** Whether the agent asked for visible thinking. */
  readonly thinking: boolean;
  /** Prompts of the whole conversation, oldest first. */
  readonly prompts: readonly string[];
  /** Rough number of tokens: all of it, and the part before the last message. */
  readonly tokens: number;
  readonly tokensBefore: number;
}

const CHARS_PER_TOKEN = 4;

/** Reads a parsed body. */
export function readDemoRequest(body: unknown): DemoRequest {
  const request = fields(body);
  const messages = list(request['messages']).map(fields);
  const at = messages.findLastIndex((message) => message['role'] === 'user' && promptOf(message) !== null);
  const last = messages[at];
  return {
    stream: request['stream'] === true,
    system: plainText(request['system']),
    prompt: last ? (promptOf(last) ?? '') : '',
    images: last ? blocks(last).filter(({ type }) => type === 'image').length : 0,
    tools: list(request['tools']).flatMap((tool) => text(fields(tool)['name']) ?? []),
    used: toolUses(messages.slice(at + 1)),
    thinking: ['enabled', 'adaptive'].includes(String(fields(request['thinking'])['type'])),
    prompts: messages.flatMap((message) => (message['role'] === 'user' ? (promptOf(message) ?? []) : [])),
    tokens: tokensOf(request),
    tokensBefore: tokensOf({ ...request, messages: messages.slice(0, -1) }),
  };
}

function blocks(message: Fields): Fields[] {
  const { content } = message;
  return typeof content === 'string' ? [{ type: 'text', text: content }] : list(content).map(fields);
}

/** The person's words in a user message; null when it only carries tool results. */
function promptOf(message: Fields): string | null {
  const parts = blocks(message);
  if (!parts.some(({ type }) => type === 'text' || type === 'image')) return null;
  return parts.flatMap((part) => (part['type'] === 'text' ? (text(part['text']) ?? []) : [])).join('\n');
}

function toolUses(messages: readonly Fields[]): ToolUse[] {
  const results = new Map<string, Fields>();
  for (const block of messages.flatMap(blocks)) {
    if (block['type'] === 'tool_result') results.set(String(block['tool_use_id']), block);
  }
  return messages.flatMap(blocks).flatMap((block) => {
    if (block['type'] !== 'tool_use') return [];
    const result = results.get(String(block['id']));
    const name = text(block['name']) ?? '';
    const input = fields(block['input']);
    return [
      {
        name,
        input,
        result: result ? plainText(result['content']) : null,
        failed: result?.['is_error'] === true,
      },
    ];
  });
}

/** The text of a string or of a list of text blocks. */
function plainText(content: unknown): string {
  if (typeof content === 'string') return content;
  return list(content)
    .flatMap((block) => text(fields(block)['text']) ?? [])
    .join('\n');
}

function tokensOf(request: Fields): number {
  return Math.ceil(JSON.stringify(request).length / CHARS_PER_TOKEN);
}
