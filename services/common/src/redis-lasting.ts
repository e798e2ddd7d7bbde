/**
 * A connection to one server of Redis that ends only when it is told to. The library's own gives up for good when its
 * Sentinel announces a fail-over at the moment in which it asks that Sentinel for the master: it takes the announcement
 * for its owner's wish to close.
 */
import { Redis, type RedisOptions } from 'ioredis';

const AGAIN_MS = 100;

export class LastingRedis extends Redis {
  #isClosed = false;

  constructor(options: Omit<RedisOptions, 'replyMapping'>) {
    super(options);
    this.on('end', () => this.#goOn());
  }

  override disconnect(reconnect = false): void {
    if (!reconnect) this.#isClosed = true;
    super.disconnect(reconnect);
  }

  #goOn(): void {
    if (this.#isClosed) return;
    setTimeout(() => {
      if (this.#isClosed || this.status !== 'end') return;
      this.connect().catch(() => {
        // It has said so by an event, and either tries again itself or has ended again.
      });
    }, AGAIN_MS);
  }
}
