/** Cuts a text stream into server-sent events. Each event is given with its raw text, so that it can pass unchanged. */

export interface ServerSentEvent {
  /** The event as it came, with its closing blank line. */
  readonly raw: string;
  /** Value of its `event` field, or empty. */
  readonly name: string;
  /** Its `data` lines joined by newlines; empty for a comment. */
  readonly data: string;
}

export interface EventCutter {
  /** Takes the next piece of text, gives the events it completes. */
  take(text: string): ServerSentEvent[];
  /** What is left without a closing blank line. */
  rest(): string;
}

/** Accepts `\n` and `\r\n` line ends. */
export function createEventCutter(): EventCutter {
  let pending = '';
  return {
    take(text) {
      // Only the new text can complete an event; three characters of overlap find a blank line cut in two.
      let from = Math.max(0, pending.length - 3);
      pending += text;
      const events: ServerSentEvent[] = [];
      let start = 0;
      for (let end = endOfEvent(pending, from); end !== -1; end = endOfEvent(pending, from)) {
        events.push(readEvent(pending.slice(start, end)));
        start = end;
        from = end;
      }
      pending = pending.slice(start);
      return events;
    },
    rest: () => pending,
  };
}

function endOfEvent(text: string, from: number): number {
  const plain = text.indexOf('\n\n', from);
  const carriage = text.indexOf('\n\r\n', from);
  if (plain === -1 && carriage === -1) return -1;
  if (carriage === -1 || (plain !== -1 && plain < carriage)) return plain + 2;
  return carriage + 3;
}

function readEvent(raw: string): ServerSentEvent {
  let name = '';
  const data: string[] = [];
  for (const line of raw.split('\n')) {
    if (line.startsWith('data:')) data.push(valueOf(line, 5));
    else if (line.startsWith('event:')) name = valueOf(line, 6);
  }
  return { raw, name, data: data.join('\n') };
}

function valueOf(line: string, from: number): string {
  const end = line.endsWith('\r') ? line.length - 1 : line.length;
  return line.slice(line[from] === ' ' ? from + 1 : from, end);
}
