// Runs jobs with a bound on how many are under way.

/** Runs every job, at most `limit` at once, starting them in order; resolves when all have ended. */
export async function runAtMost(limit: number, jobs: readonly (() => Promise<void>)[]): Promise<void> {
  const waiting = jobs.values();
  const worker = async (): Promise<void> => {
    for (const job of waiting) await job();
  };
  await Promise.all(Array.from({ length: limit }, worker));
}
