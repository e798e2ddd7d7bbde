/**
 * Looks at a response while it passes, and changes nothing. Of a stream only the few lines that can matter are parsed:
 * those with `"usage"`, and the end mark. In streamed text the word stands as `\"usage\"`, so it cannot be mistaken.
 */
import { anthropicCallUsage, NO_ANTHROPIC_USAGE, withAnthropicEvent } from './anthropic-usage.ts';
import type { CallUsage } from './call-usage.ts';
import { fields, parseLoose } from './json-fields.ts';
import { NO_OPENAI_USAGE, openAiCallUsage, withOpenAiChunk } from './openai-usage.ts';

export type Dialect = 'anthropic' | 'openai';

export interface UsageTap {
  /** Looks at bytes about to pass. True when they hold the response's own end mark. */
  push(chunk: Buffer): boolean;
  /** The provider's figures so far; null when it gave none. */
  usage(): CallUsage | null;
  /** Output tokens guessed from the streamed characters (four each), for calls that broke off. */
  estimatedOutput(): number;
  /** Whether the stream carried the provider's own error event. */
  failed(): boolean;
  /** Whether the bytes so far end between two events. */
  betweenEvents(): boolean;
}

/** A line longer than this is not looked at. Lines with usage have some hundred bytes. */
const MAX_LINE_BYTES = 1 << 20;
/** Non-streamed answers beyond this are not looked at. */
const MAX_JSON_BYTES = 4 << 20;
const CHARS_PER_TOKEN = 4;
const LF = 0x0a;
const CR = 0x0d;

interface UsageReader {
  take(event: unknown): void;
  usage(): CallUsage | null;
}

function usageReader(dialect: Dialect): UsageReader {
  if (dialect === 'anthropic') {
    let state = NO_ANTHROPIC_USAGE;
    return {
      take: (event) => void (state = withAnthropicEvent(state, event)),
      usage: () => anthropicCallUsage(state),
    };
  }
  let state = NO_OPENAI_USAGE;
  return {
    take: (chunk) => void (state = withOpenAiChunk(state, chunk)),
    usage: () => openAiCallUsage(state),
  };
}

/** A tap for `text/event-stream`. */
export function createStreamTap(dialect: Dialect): UsageTap {
  const reader = usageReader(dialect);
  let partial: Buffer[] = [];
  let partialBytes = 0;
  let streamedChars = 0;
  let failed = false;
  let blank = true;

  const onLine = (line: Buffer): boolean => {
    blank = line.length === 0;
    if (line.length > MAX_LINE_BYTES || !line.subarray(0, 5).equals(DATA)) return false;
    if (line.includes('"usage"')) reader.take(parseLoose(line.toString('utf8', 5)));
    streamedChars += deltaChars(line, dialect);
    failed ||= isErrorLine(line, dialect);
    return isEndMark(line, dialect);
  };

  return {
    push(chunk) {
      let ended = false;
      let from = 0;
      const bytes = withLineFeeds(chunk);
      for (let to = bytes.indexOf(LF); to >= 0; to = bytes.indexOf(LF, from)) {
        const rest = bytes.subarray(from, to);
        const line = partialBytes === 0 ? rest : Buffer.concat([...partial, rest]);
        partial = [];
        partialBytes = 0;
        if (onLine(line)) ended = true;
        from = to + 1;
      }
      if (from < bytes.length) {
        // Past the limit only the length matters: the line will not be looked at.
        if (partialBytes <= MAX_LINE_BYTES) partial.push(bytes.subarray(from));
        partialBytes += bytes.length - from;
      }
      return ended;
    },
    usage: reader.usage,
    estimatedOutput: () => Math.ceil(streamedChars / CHARS_PER_TOKEN),
    failed: () => failed,
    betweenEvents: () => blank && partialBytes === 0,
  };
}

/** A tap for one JSON answer. */
export function createJsonTap(dialect: Dialect): UsageTap {
  const chunks: Buffer[] = [];
  let bytes = 0;
  return {
    push(chunk) {
      bytes += chunk.length;
      if (bytes <= MAX_JSON_BYTES) chunks.push(chunk);
      return false;
    },
    usage() {
      if (bytes > MAX_JSON_BYTES) return null;
      const reader = usageReader(dialect);
      reader.take(parseLoose(Buffer.concat(chunks).toString('utf8')));
      return reader.usage();
    },
    estimatedOutput: () => Math.ceil(bytes / CHARS_PER_TOKEN),
    failed: () => false,
    betweenEvents: () => false,
  };
}

const DATA = Buffer.from('data:');

/** Lines may end in LF, CRLF or CR; a copy in which all are LF has further blank lines at most. */
function withLineFeeds(chunk: Buffer): Buffer {
  if (!chunk.includes(CR)) return chunk;
  const copy = Buffer.from(chunk);
  for (let at = copy.indexOf(CR); at >= 0; at = copy.indexOf(CR, at + 1)) copy[at] = LF;
  return copy;
}

function isEndMark(line: Buffer, dialect: Dialect): boolean {
  if (line.length > 200) return false;
  if (dialect === 'openai') return line.toString('latin1', 5).trim() === '[DONE]';
  return (
    line.includes('message_stop') && fields(parseLoose(line.toString('utf8', 5)))['type'] === 'message_stop'
  );
}

function isErrorLine(line: Buffer, dialect: Dialect): boolean {
  const start = line.toString('latin1', 5, 40).trimStart().replaceAll(' ', '');
  return start.startsWith('{"error":') || (dialect === 'anthropic' && start.startsWith('{"type":"error"'));
}

/** Length of the streamed piece: the last string of a Messages delta, the first inside a Chat Completions delta. */
function deltaChars(line: Buffer, dialect: Dialect): number {
  if (dialect === 'anthropic') {
    if (!line.includes('_delta"')) return 0;
    const start = line.lastIndexOf('":"');
    return start < 0 ? 0 : Math.max(0, line.length - start - '":"'.length - '"}}'.length);
  }
  const delta = line.indexOf('"delta":');
  const start = delta < 0 ? -1 : line.indexOf('":"', delta);
  const end = start < 0 ? -1 : line.indexOf('"}', start + 2);
  return end < 0 ? 0 : end - start - '":"'.length;
}
