/** `/health` (alive), `/ready` (able to work) and `/metrics`. */
import { METRICS_CONTENT_TYPE, type Metrics } from '@spectral/common';
import { Router } from 'express';

/** A thing the service cannot work without. `check` rejects when it is away. */
export interface Need {
  readonly name: string;
  check(): Promise<void>;
}

/** A need that does not answer for this long counts as away. */
const CHECK_LIMIT_MS = 3_000;

export interface HealthParts {
  readonly needs: readonly Need[];
  readonly metrics: Metrics;
  /** True from the moment the process begins to stop: no new work should come here. */
  readonly isDraining: () => boolean;
}

export function healthRoutes({ needs, metrics, isDraining }: HealthParts): Router {
  const router = Router();

  // Machines ask this before they connect, so it depends on nothing.
  router.get('/health', (_request, response) => {
    response.set('cache-control', 'no-store').json({ status: 'ok' });
  });

  router.get('/ready', async (_request, response) => {
    const faults = await faultsOf(needs);
    const ready = faults.length === 0 && !isDraining();
    const status = isDraining() ? 'draining' : ready ? 'ready' : 'not-ready';
    response
      .status(ready ? 200 : 503)
      .set('cache-control', 'no-store')
      .json({ status, faults });
  });

  router.get('/metrics', async (_request, response) => {
    response.type(METRICS_CONTENT_TYPE).send(await metrics.text());
  });

  return router;
}

/** Names of the needs that are away. What the fault says is for the log, not for strangers. */
async function faultsOf(needs: readonly Need[]): Promise<string[]> {
  const results = await Promise.allSettled(needs.map((need) => within(CHECK_LIMIT_MS, need.check())));
  return needs.filter((_need, index) => results[index]?.status === 'rejected').map(({ name }) => name);
}

async function within(limitMs: number, work: Promise<void>): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${limitMs} ms`)), limitMs);
  try {
    await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
