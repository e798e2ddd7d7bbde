/** A request body as one buffer, within a limit. */
import type { IncomingMessage } from 'node:http';
import { brotliDecompress, gunzip, inflate, zstdDecompress } from 'node:zlib';
import { promisify } from 'node:util';
import { Refusal } from './refusal.ts';

/** Anthropic's own limit. */
export const MAX_BODY_BYTES = 32 * 1024 * 1024;

/** Reads it whole. Throws Refusal `too-large`, and CallerLeft when the connection ends before the body does. */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const announced = Number(request.headers['content-length'] ?? 0);
    if (announced > maxBytes) return reject(tooLarge(maxBytes));
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxBytes) {
        chunks.length = 0;
        reject(tooLarge(maxBytes));
      } else chunks.push(chunk);
    });
    request.once('end', () => resolve(joined(chunks, bytes)));
    request.once('error', () => reject(new CallerLeft()));
    request.once('close', () => reject(new CallerLeft()));
  });
}

/** The caller closed its connection; nobody is left to answer. */
export class CallerLeft extends Error {
  readonly code = 'caller-left';
  constructor() {
    super('the caller closed the connection');
    this.name = 'CallerLeft';
  }
}

/** The body as the upstream will read it, for a look at its model alone. Throws Refusal. */
export async function plainBody(
  body: Buffer,
  encoding: string | undefined,
  maxBytes: number,
): Promise<Buffer> {
  if (encoding === undefined || encoding === '' || encoding === 'identity') return body;
  const decode = DECODERS[encoding.toLowerCase()];
  if (!decode)
    throw new Refusal(
      'bad-request',
      'Expected a body in content-encoding identity, gzip, deflate, br or zstd.',
    );
  try {
    return await decode(body, { maxOutputLength: maxBytes });
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge(maxBytes);
    throw new Refusal('bad-request', `The body could not be read as content-encoding ${encoding}.`, error);
  }
}

type Decoder = (body: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

const DECODERS: Readonly<Record<string, Decoder>> = {
  gzip: promisify<Buffer, { maxOutputLength: number }, Buffer>(gunzip),
  deflate: promisify<Buffer, { maxOutputLength: number }, Buffer>(inflate),
  br: promisify<Buffer, { maxOutputLength: number }, Buffer>(brotliDecompress),
  zstd: promisify<Buffer, { maxOutputLength: number }, Buffer>(zstdDecompress),
};

/** One copy into memory of its own; `Buffer.concat` would do the same from a pool and more slowly. */
function joined(chunks: readonly Buffer[], bytes: number): Buffer {
  const [only] = chunks;
  if (chunks.length === 1 && only) return only;
  const whole = Buffer.allocUnsafeSlow(bytes);
  let at = 0;
  for (const chunk of chunks) at += chunk.copy(whole, at);
  return whole;
}

function tooLarge(maxBytes: number): Refusal {
  return new Refusal(
    'too-large',
    `request_too_large: the body exceeds ${Math.floor(maxBytes / (1024 * 1024))} MB.`,
  );
}
