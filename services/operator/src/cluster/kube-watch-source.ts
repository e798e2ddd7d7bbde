/** Lists and watches of one kind in one namespace of an API server, for a reflector. */
import type { IncomingMessage } from 'node:http';
import * as v from 'valibot';
import { ClusterError, isClusterError } from './cluster-error.ts';
import { refusalInWatch } from './kube-errors.ts';
import type { KubeRequests } from './kube-requests.ts';
import type { Existing, KubeObject } from './object.ts';
import type { ReadObject } from './read-object.ts';
import type { SourceEvent, WatchSource } from './reflector.ts';
import type { Timers } from './timers.ts';

export interface KubeWatchParts<T extends KubeObject> {
  readonly requests: KubeRequests;
  readonly path: string;
  /** Empty for everything. */
  readonly selector: string;
  readonly read: ReadObject<T>;
  readonly timers: Timers;
  readonly random: () => number;
}

const PAGE = 500;
/** The server ends a watch after so long; varied, so that watches begun together do not end together. */
const SHORTEST_WATCH_S = 240;
const LONGEST_WATCH_S = 480;
/** Bookmarks come about once a minute. A connection that says nothing for longer than two of them is taken for dead. */
export const WATCH_SILENCE_MS = 150_000;

const listSchema = v.object({
  metadata: v.object({
    resourceVersion: v.fallback(v.string(), ''),
    continue: v.fallback(v.string(), ''),
  }),
  items: v.nullish(v.array(v.unknown()), []),
});

const eventSchema = v.object({ type: v.string(), object: v.unknown() });
const placeSchema = v.object({
  metadata: v.object({ name: v.fallback(v.string(), ''), resourceVersion: v.string() }),
});

export function kubeWatchSource<T extends KubeObject>(parts: KubeWatchParts<T>): WatchSource<T> {
  return { list: () => listAll(parts), follow: (version, signal) => follow(parts, version, signal) };
}

/**
 * All pages. They show one version; when the server forgets that version between two pages, everything is asked for
 * again in one piece, which cannot be forgotten half-way.
 */
async function listAll<T extends KubeObject>(parts: KubeWatchParts<T>) {
  try {
    return await listPages(parts, String(PAGE));
  } catch (error) {
    if (!isClusterError(error, 'gone')) throw error;
    return await listPages(parts, null);
  }
}

async function listPages<T extends KubeObject>(parts: KubeWatchParts<T>, limit: string | null) {
  const { requests, path, selector, read } = parts;
  const objects: Existing<T>[] = [];
  let next = '';
  let version = '';
  do {
    const query = {
      ...(selector && { labelSelector: selector }),
      ...(limit && { limit }),
      ...(next && { continue: next }),
    };
    const page = pageIn(await requests.send({ method: 'GET', path, query }), path);
    objects.push(...page.items.flatMap((item) => read(item) ?? []));
    version = page.metadata.resourceVersion;
    next = page.metadata.continue;
  } while (next !== '');
  return { objects, version };
}

function pageIn(answer: unknown, path: string) {
  const page = v.safeParse(listSchema, answer);
  if (page.success) return page.output;
  throw new ClusterError('unreachable', `list of ${path}: expected a list, came ${page.issues[0].message}`);
}

async function* follow<T extends KubeObject>(
  parts: KubeWatchParts<T>,
  version: string,
  signal: AbortSignal,
): AsyncGenerator<SourceEvent<T>> {
  const { requests, path, selector, read, timers, random } = parts;
  const watchdog = createWatchdog(timers, WATCH_SILENCE_MS);
  const query = {
    watch: 'true',
    resourceVersion: version,
    allowWatchBookmarks: 'true',
    timeoutSeconds: String(Math.round(SHORTEST_WATCH_S + random() * (LONGEST_WATCH_S - SHORTEST_WATCH_S))),
    ...(selector && { labelSelector: selector }),
  };
  const answer = await requests.stream(
    { method: 'GET', path, query },
    AbortSignal.any([signal, watchdog.signal]),
  );
  try {
    for await (const line of linesOf(answer, watchdog.heard)) yield eventIn(line, path, read);
  } catch (error) {
    throw watchdog.signal.aborted ? silent(path) : brokenOff(path, error);
  } finally {
    watchdog.stop();
    answer.destroy();
  }
}

/** Whole lines; what is left of one at the end is dropped. `heard` is called for every piece that comes. */
async function* linesOf(answer: IncomingMessage, heard: () => void): AsyncGenerator<string> {
  let rest = '';
  answer.setEncoding('utf8');
  for await (const piece of answer) {
    heard();
    const lines = (rest + String(piece)).split('\n');
    rest = lines.pop() ?? '';
    yield* lines.filter((line) => line.trim() !== '');
  }
}

function eventIn<T extends KubeObject>(line: string, path: string, read: ReadObject<T>): SourceEvent<T> {
  const event = v.parse(eventSchema, JSON.parse(line));
  if (event.type === 'ERROR') throw refusalInWatch(`watch of ${path}`, event.object);
  const { name, resourceVersion: version } = v.parse(placeSchema, event.object).metadata;
  if (event.type === 'BOOKMARK') return { type: 'bookmark', version };
  const object = event.type === 'DELETED' ? null : read(event.object);
  return object ? { type: 'present', object, version } : { type: 'absent', name, version };
}

/** Aborts after a silence. */
function createWatchdog(timers: Timers, silenceMs: number) {
  const silence = new AbortController();
  let forget = timers.after(silenceMs, () => silence.abort());
  return {
    signal: silence.signal,
    heard() {
      forget();
      forget = timers.after(silenceMs, () => silence.abort());
    },
    stop: () => forget(),
  };
}

function silent(path: string): ClusterError {
  return new ClusterError('unreachable', `watch of ${path}: nothing heard for ${WATCH_SILENCE_MS / 1_000} s`);
}

/** Also for a line that is none of ours, as a proxy may send one. */
function brokenOff(path: string, error: unknown): ClusterError {
  if (error instanceof ClusterError) return error;
  return new ClusterError('unreachable', `watch of ${path} broke off`, { cause: error });
}
