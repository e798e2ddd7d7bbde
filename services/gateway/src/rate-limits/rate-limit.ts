/** How often something may be tried: counted in windows, shared by all processes where Redis is configured. */

export interface RateLimit {
  /**
   * Counts one attempt under `key` and resolves with how long to wait, in milliseconds; 0 when it is within `limit`.
   * A key names the thing tried and by whom, such as `login-email:ada@example.com`.
   */
  attempt(key: string, limit: Limit): Promise<number>;
  /** Forgets the attempts under `key`, as after a success. */
  forget(key: string): Promise<void>;
}

export interface Limit {
  readonly attempts: number;
  /** The window begins with its first attempt. */
  readonly windowMs: number;
}
