/**
 * Walks JSON bytes by their brackets and strings, and tells where members and elements stand. It never decodes a value:
 * what a value says is for the caller to read from its place.
 */

/** The body cannot be passed on. `message` is safe to show and says what was expected. */
export class BadBody extends Error {
  readonly code = 'bad-body';
  constructor(message: string) {
    super(message);
    this.name = 'BadBody';
  }
}

/** A value's place in the body: `end` is exclusive. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

const QUOTE = 0x22;
export const BACKSLASH = 0x5c;
export const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
export const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const COLON = 0x3a;
const COMMA = 0x2c;

/** Calls back with each key's raw bytes (quotes off) and its value's place. Returns where the object ended. */
export function forEachMember(
  body: Buffer,
  start: number,
  onMember: (key: Buffer, value: ByteRange) => void,
): number {
  let at = skipSpace(body, expect(body, start, OPEN_OBJECT));
  if (body[at] === CLOSE_OBJECT) return at + 1;
  for (;;) {
    const keyEnd = skipString(body, at);
    const key = body.subarray(at + 1, keyEnd - 1);
    const valueStart = skipSpace(body, expect(body, skipSpace(body, keyEnd), COLON));
    const valueEnd = skipValue(body, valueStart);
    onMember(key, { start: valueStart, end: valueEnd });
    at = skipSpace(body, valueEnd);
    if (body[at] === CLOSE_OBJECT) return at + 1;
    at = skipSpace(body, expect(body, at, COMMA));
  }
}

/** Calls back with the place of each element of the array at `start`. */
export function forEachElement(body: Buffer, start: number, onElement: (value: ByteRange) => void): void {
  let at = skipSpace(body, expect(body, start, OPEN_ARRAY));
  while (body[at] !== CLOSE_ARRAY) {
    const end = skipValue(body, at);
    onElement({ start: at, end });
    at = skipSpace(body, end);
    if (body[at] === CLOSE_ARRAY) return;
    at = skipSpace(body, expect(body, at, COMMA));
  }
}

/** End of the value at `at`. Nested values are skipped by their brackets and strings alone. */
function skipValue(body: Buffer, at: number): number {
  const first = body[at];
  if (first === QUOTE) return skipString(body, at);
  if (first === OPEN_OBJECT || first === OPEN_ARRAY) return skipNested(body, at);
  let end = at;
  while (end < body.length && isScalarByte(body[end])) end += 1;
  if (end === at) throw notJson();
  return end;
}

function skipNested(body: Buffer, start: number): number {
  const closers: number[] = [];
  for (let at = start; at < body.length;) {
    const byte = body[at];
    if (byte === QUOTE) {
      at = skipString(body, at);
      continue;
    }
    if (byte === OPEN_OBJECT) closers.push(CLOSE_OBJECT);
    else if (byte === OPEN_ARRAY) closers.push(CLOSE_ARRAY);
    else if ((byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) && closers.pop() !== byte) throw notJson();
    at += 1;
    if (closers.length === 0) return at;
  }
  throw notJson();
}

/** End of the string that opens at `at`: the next quote that an even number of backslashes precedes. */
function skipString(body: Buffer, at: number): number {
  expect(body, at, QUOTE);
  for (let close = body.indexOf(QUOTE, at + 1); close >= 0; close = body.indexOf(QUOTE, close + 1)) {
    let slashes = 0;
    while (body[close - 1 - slashes] === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return close + 1;
  }
  throw notJson();
}

/** First byte at or after `from` that is no white space. */
export function skipSpace(body: Buffer, from: number): number {
  let at = from;
  while (isSpace(body[at])) at += 1;
  return at;
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** Bytes of numbers and of true, false, null. */
function isScalarByte(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  return (
    (byte >= 0x61 && byte <= 0x7a) ||
    (byte >= 0x30 && byte <= 0x39) ||
    byte === 0x2d ||
    byte === 0x2b ||
    byte === 0x2e ||
    byte === 0x45
  );
}

function expect(body: Buffer, at: number, byte: number): number {
  if (body[at] !== byte) throw notJson();
  return at + 1;
}

/** Where it broke stays unsaid: agents take some numbers in an error's text for a status. */
function notJson(): BadBody {
  return new BadBody('expected one well-formed JSON object');
}
