/** A bound on how often something is done: a burst, then so many per second. */

export interface TokenBucket {
  /** Takes one, if there is one. */
  tryTake(): boolean;
  /** Takes one in any case, and gives the milliseconds to wait until it would have been there. */
  reserveMs(): number;
}

export function createTokenBucket(
  { burst, perSecond }: { readonly burst: number; readonly perSecond: number },
  now: () => number,
): TokenBucket {
  let tokens = burst;
  let filledAt = now();

  const fill = () => {
    const at = now();
    tokens = Math.min(burst, tokens + (Math.max(0, at - filledAt) / 1_000) * perSecond);
    filledAt = at;
  };

  return {
    tryTake() {
      fill();
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
    reserveMs() {
      fill();
      tokens -= 1;
      return tokens >= 0 ? 0 : Math.ceil((-tokens / perSecond) * 1_000);
    },
  };
}
