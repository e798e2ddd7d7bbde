/** What the baseline calls of `@socket.io/redis-adapter`, so that the tree type-checks where the package is left out. */
declare module '@socket.io/redis-adapter' {
  import type { Adapter, Namespace } from 'socket.io';
  import type { Redis } from 'ioredis';

  export function createAdapter(publisher: Redis, subscriber: Redis): (namespace: Namespace) => Adapter;
}
