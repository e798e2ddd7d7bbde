/**
 * Finds what the gateway must know of a request body without parsing or rebuilding it: the body goes upstream byte for
 * byte, so prompt caches and signatures survive. Strings, most of any body, are skipped at the speed of a memory search.
 *
 * Parsers disagree about doubtful JSON (the first or the last of two equal keys, `\u006dodel`, `"Model"`), and a model
 * outside the team's list must not slip through such a gap: wherever a name that matters is doubtful, the body is refused.
 */
import {
  BadBody,
  BACKSLASH,
  forEachElement,
  forEachMember,
  OPEN_ARRAY,
  OPEN_OBJECT,
  skipSpace,
  type ByteRange,
} from './json-places.ts';

export interface BodyScan {
  readonly model: string;
  /** Where the model's JSON string stands, quotes included. */
  readonly modelRange: ByteRange;
  readonly stream: boolean;
  /** Every other model the body names, in `fallbacks`, `models`, `plugins`, `tools` or `providerOptions`. */
  readonly otherModels: readonly string[];
}

/** Keys that choose a model, or matter otherwise: they may stand once, spelled plainly. */
const WATCHED = [
  'model',
  'stream',
  'tools',
  'fallbacks',
  'models',
  'plugins',
  'preset',
  'route',
  'providerOptions',
] as const;
type Watched = (typeof WATCHED)[number];

/** Reads a Messages or Chat Completions request. Throws BadBody. */
export function scanBody(body: Buffer): BodyScan {
  const places = watchedPlaces(body);
  const modelRange = places.get('model');
  if (!modelRange) throw new BadBody('expected a JSON object with a string `model`');
  const model = readValue(body, modelRange, 'model');
  if (typeof model !== 'string' || model === '') throw new BadBody('`model` must be a non-empty string');

  return {
    model,
    modelRange,
    stream: readFlag(body, places.get('stream')),
    otherModels: otherModels(body, places),
  };
}

/** The body with another model name in the place of the first; everything else keeps its bytes. */
export function withModel(body: Buffer, range: ByteRange, model: string): Buffer {
  return Buffer.concat([
    body.subarray(0, range.start),
    Buffer.from(JSON.stringify(model)),
    body.subarray(range.end),
  ]);
}

function watchedPlaces(body: Buffer): Map<Watched, ByteRange> {
  const places = new Map<Watched, ByteRange>();
  const end = forEachMember(body, skipSpace(body, 0), (key, range) => {
    const name = watchedName(key, WATCHED);
    if (!name) return;
    if (places.has(name)) throw new BadBody(`\`${name}\` stands twice; each key may stand once`);
    places.set(name, range);
  });
  if (skipSpace(body, end) !== body.length)
    throw new BadBody('expected one JSON object and nothing after it');
  return places;
}

/** Which watched name a raw key is; refuses spellings that only some parsers would read as that name. */
function watchedName<T extends string>(rawKey: Buffer, names: readonly T[]): T | undefined {
  const plain = !rawKey.includes(BACKSLASH);
  const key = plain ? rawKey.toString('latin1') : String(parseSlice(`"${rawKey.toString('utf8')}"`, 'a key'));
  const name = names.find((watched) => watched.toLowerCase() === key.toLowerCase());
  if (name !== undefined && (!plain || key !== name))
    throw new BadBody(`write the key \`${name}\` plainly, as "${name}"`);
  return name;
}

function otherModels(body: Buffer, places: ReadonlyMap<Watched, ByteRange>): string[] {
  if (places.has('preset'))
    throw new BadBody('`preset` chooses models out of sight of this gateway; name the model itself');
  const named = toolModels(body, places.get('tools'));
  for (const key of ['fallbacks', 'models', 'plugins', 'route', 'providerOptions'] as const) {
    const range = places.get(key);
    if (range) named.push(...modelsNamedBy(key, readValue(body, range, key)));
  }
  return named;
}

function modelsNamedBy(
  key: 'fallbacks' | 'models' | 'plugins' | 'route' | 'providerOptions',
  value: unknown,
): string[] {
  if (value === null) return [];
  if (key === 'route') {
    if (value === 'fallback') return [];
    throw new BadBody(
      '`route` other than "fallback" chooses models out of sight of this gateway; name the model itself',
    );
  }
  if (key === 'providerOptions') return providerOptionModels(value);
  return listOf(value, key).flatMap((entry) =>
    key === 'plugins' ? pluginModels(entry) : [modelOf(entry, key)],
  );
}

/** `plugins` may name models or none. */
function pluginModels(plugin: unknown): string[] {
  const { model, models } = record(plugin, 'plugins');
  return [...(model === undefined ? [] : [modelOf(model, 'plugins')]), ...namesIn(models, 'plugins')];
}

function providerOptionModels(value: unknown): string[] {
  const { gateway } = record(value, 'providerOptions');
  return gateway === undefined
    ? []
    : namesIn(record(gateway, 'providerOptions.gateway')['models'], 'providerOptions');
}

function namesIn(value: unknown, where: string): string[] {
  return value === undefined ? [] : listOf(value, where).map((entry) => modelOf(entry, where));
}

function modelOf(entry: unknown, where: string): string {
  const model = typeof entry === 'string' ? entry : record(entry, where)['model'];
  if (typeof model !== 'string')
    throw new BadBody(`each entry of \`${where}\` must name its model as a string`);
  return model;
}

function listOf(value: unknown, where: string): unknown[] {
  if (!Array.isArray(value)) throw new BadBody(`\`${where}\` must be a list`);
  return value;
}

function record(value: unknown, where: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new BadBody(`\`${where}\` must hold objects`);
  return { ...value };
}

/** Models of server-side tools such as an advisor. Only the tools' own keys count: a schema may have a field `model`. */
function toolModels(body: Buffer, range: ByteRange | undefined): string[] {
  const named: string[] = [];
  if (!range || body[range.start] !== OPEN_ARRAY) return named;
  forEachElement(body, range.start, (element) => {
    if (body[element.start] !== OPEN_OBJECT) return;
    forEachMember(body, element.start, (key, value) => {
      if (watchedName(key, ['model'])) named.push(modelOf(readValue(body, value, 'tools'), 'tools'));
    });
  });
  return named;
}

function readFlag(body: Buffer, range: ByteRange | undefined): boolean {
  return range !== undefined && readValue(body, range, 'stream') === true;
}

function readValue(body: Buffer, range: ByteRange, what: string): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body.subarray(range.start, range.end));
  } catch {
    throw new BadBody(`\`${what}\` is not valid UTF-8`);
  }
  return parseSlice(text, `\`${what}\``);
}

function parseSlice(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new BadBody(`${what} is not valid JSON`);
  }
}
