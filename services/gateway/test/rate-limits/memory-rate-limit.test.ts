import { createMemoryRateLimit } from '../../src/rate-limits/memory-rate-limit.ts';
import { rateLimitContract } from '../contracts/rate-limit.contract.ts';

const clock = { now: 1_000 };

rateLimitContract(
  'memory',
  () => createMemoryRateLimit(() => clock.now),
  async (ms) => void (clock.now += ms),
);
