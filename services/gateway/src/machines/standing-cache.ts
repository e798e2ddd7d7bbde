/**
 * The verdict on a machine token, remembered for under a second, since the inference routes ask for every call. An
 * announcement empties it at once, so a revoked token is dead here as soon as the news arrives, and within
 * VERDICT_LIFE_MS when it does not.
 */
import type { Announcement, Announcements, Fall } from '@spectral/common';
import type { MachineClaims } from '@spectral/proto/wire';
import type { Database } from '../database/index.ts';
import { livingKeys, machineFacts, machineFall, type MachineFacts } from './standing.ts';

export const VERDICT_LIFE_MS = 800;
/** Verdicts of machines that went silent are swept out when this many are held. */
const SWEEP_AT = 1_000;

export type Verdict = { readonly fall: Fall } | { readonly fall: null; readonly machine: MachineFacts };

export interface StandingCache {
  /** Rejects when the database does; failures are not remembered. */
  verdictOn(claims: MachineClaims): Promise<Verdict>;
  close(): void;
}

const ENDS_TOKENS: readonly Announcement['type'][] = [
  'machine-revoked',
  'machine-registered',
  'machine-changed',
  'key-ended',
];

/** `nowMs` is a clock in milliseconds that never goes back. */
export function createStandingCache(
  db: Database,
  announcements: Announcements,
  nowMs: () => number,
): StandingCache {
  const held = new Map<string, { verdict: Promise<Verdict>; until: number }>();
  const close = announcements.subscribe(({ type }) => {
    if (ENDS_TOKENS.includes(type)) held.clear();
  });

  const sweep = () => {
    for (const [key, { until }] of held) if (until <= nowMs()) held.delete(key);
  };

  return {
    verdictOn(claims) {
      const key = `${claims.sub} ${claims.registration} ${claims.key ?? ''}`;
      const known = held.get(key);
      if (known && known.until > nowMs()) return known.verdict;
      if (held.size >= SWEEP_AT) sweep();
      const entry = { verdict: judge(db, claims), until: nowMs() + VERDICT_LIFE_MS };
      held.set(key, entry);
      entry.verdict.catch(() => held.get(key) === entry && held.delete(key));
      return entry.verdict;
    },
    close,
  };
}

async function judge(db: Database, claims: MachineClaims): Promise<Verdict> {
  const machine = (await machineFacts(db, [claims.sub])).get(claims.sub);
  const keys = await livingKeys(db, claims.key === null ? [] : [claims.key]);
  const fall = machineFall(
    { machineId: claims.sub, registration: claims.registration, keyId: claims.key },
    machine,
    keys,
  );
  return fall === null && machine ? { fall: null, machine } : { fall: fall ?? 'unknown' };
}
