/** Finds the route of a request: a table of methods and patterns, nothing else. */
import type { Actor, RequestPayload } from '@spectral/proto/wire';
import { BadInput } from '@spectral/proto/wire';
import { NoSuchThing } from '../live/live-errors.ts';

/** A request on its way to a handler. */
export interface Call {
  /** Values of the pattern's `:names`, percent-decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: unknown;
  /** Who asks; null when the relay has not said. */
  readonly actor: Actor | null;
  readonly key: string | undefined;
}

export interface Route {
  readonly method: RequestPayload['method'];
  /** Such as `/api/sessions/:id`. */
  readonly pattern: string;
  /** Status of a good answer; default 200. */
  readonly status?: number;
  /** Gives the answer's body, or throws. */
  readonly handle: (call: Call) => unknown;
}

/** The route for a path and the values in it. Throws NoSuchThing without one, BadInput for broken percent signs. */
export function findRoute(
  routes: readonly Route[],
  method: string,
  path: string,
): { route: Route; params: Record<string, string>; query: URLSearchParams } {
  const url = new URL(path, 'http://machine');
  for (const route of routes) {
    if (route.method !== method) continue;
    const params = matchPattern(route.pattern, url.pathname);
    if (params) return { route, params, query: url.searchParams };
  }
  throw new NoSuchThing('route', `${method} ${url.pathname}`);
}

function matchPattern(pattern: string, pathname: string): Record<string, string> | null {
  const wanted = pattern.split('/');
  const given = pathname.split('/');
  if (wanted.length !== given.length) return null;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? '';
    if (part.startsWith(':')) params[part.slice(1)] = decode(value);
    else if (part !== value) return null;
  }
  return params;
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    throw new BadInput(`path: "${value}" is not percent-encoded UTF-8`, 'path');
  }
}
