/** Follows the objects at a path, for as long as a test runs, whatever happens to the connection. */
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient, KubeJson } from './api-server-client.ts';

export interface Change {
  readonly type: 'there' | 'gone';
  readonly object: KubeJson;
}

const PAUSE_MS = 200;

/** `path` is that of a list, with its selectors if any. Returns the function that ends it, which waits for its end. */
export function followObjects(
  client: ApiClient,
  path: string,
  tell: (change: Change) => void,
): () => Promise<void> {
  const stop = new AbortController();
  const known = new Map<string, KubeJson>();
  const ended = follow(client, path, known, tell, stop.signal);
  return async () => {
    stop.abort();
    await ended;
  };
}

async function follow(
  client: ApiClient,
  path: string,
  known: Map<string, KubeJson>,
  tell: (change: Change) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      const version = await relist(client, path, known, tell);
      await watchFrom(client, path, version, known, tell, signal);
    } catch {
      // The server is away or the watch was cut; both pass, and the next list tells all.
    }
    await delay(PAUSE_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function relist(
  client: ApiClient,
  path: string,
  known: Map<string, KubeJson>,
  tell: (change: Change) => void,
): Promise<string> {
  const list = await client.get(path);
  const kind = list.kind.replace(/List$/, '');
  const items = (list['items'] as KubeJson[]).map((item) => ({ ...item, apiVersion: list.apiVersion, kind }));
  const present = new Set(items.map(({ metadata }) => metadata.uid));
  for (const [uid, object] of known) {
    if (present.has(uid)) continue;
    known.delete(uid);
    tell({ type: 'gone', object });
  }
  for (const object of items) remember(object, known, tell);
  return list.metadata.resourceVersion ?? '';
}

function remember(object: KubeJson, known: Map<string, KubeJson>, tell: (change: Change) => void): void {
  const uid = object.metadata.uid ?? '';
  if (known.get(uid)?.metadata.resourceVersion === object.metadata.resourceVersion) return;
  known.set(uid, object);
  tell({ type: 'there', object });
}

async function watchFrom(
  client: ApiClient,
  path: string,
  version: string,
  known: Map<string, KubeJson>,
  tell: (change: Change) => void,
  signal: AbortSignal,
): Promise<void> {
  const query = `${path.includes('?') ? '&' : '?'}watch=true&resourceVersion=${version}`;
  const answer = await client.stream(path + query, signal);
  for await (const line of createInterface({ input: answer })) {
    const { type, object } = JSON.parse(line) as { readonly type: string; readonly object: KubeJson };
    if (type === 'ERROR') return;
    if (type === 'DELETED') {
      known.delete(object.metadata.uid ?? '');
      tell({ type: 'gone', object });
    } else remember(object, known, tell);
  }
}
