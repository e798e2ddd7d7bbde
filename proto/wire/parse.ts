/** Unknown in, typed value or one clear error out: the only way data enters Spectral from a wire. */
import * as v from 'valibot';

/** A value that does not have the expected shape. `message` names the field, what was expected and what came. */
export class BadInput extends Error {
  readonly code = 'bad-input';
  /** Path of the first wrong field, such as `images.0.data`; empty for the value itself. */
  readonly field: string;
  constructor(message: string, field = '') {
    super(message);
    this.name = 'BadInput';
    this.field = field;
  }
}

type Schema = v.BaseSchema<unknown, unknown, v.BaseIssue<unknown>>;

/** Checks a value against a schema. `what` names it in the message, such as `prompt`. Throws BadInput. */
export function parse<S extends Schema>(schema: S, value: unknown, what: string): v.InferOutput<S> {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const field = v.getDotPath(issue) ?? '';
  throw new BadInput(`${field ? `${what}: ${field}` : what}: ${issue.message}`, field);
}

/** Parses JSON text and checks it. Throws BadInput for broken JSON too. */
export function parseJson<S extends Schema>(schema: S, text: string, what: string): v.InferOutput<S> {
  return parse(schema, readJson(text, what), what);
}

function readJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new BadInput(`${what}: expected JSON, got ${text.length} characters that are not`);
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A value as the UTF-8 bytes of its JSON. */
export function toPayload(value: unknown): Uint8Array {
  return encoder.encode(JSON.stringify(value));
}

/** The text of a payload. */
export function payloadText(payload: Uint8Array): string {
  return decoder.decode(payload);
}
