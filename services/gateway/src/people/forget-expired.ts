/** Takes rows out that nobody can use any more, so that years of logins do not pile up. */
import type { Logger } from '@spectral/common';
import type { Database } from '../database/index.ts';

/** Kept this long after their end, for whoever looks into an incident. */
export const KEPT_AFTER_END_MS = 30 * 86_400_000;
const SWEEP_EVERY_MS = 6 * 3_600_000;

/** Deletes logins, links, tokens, codes and invitations that ended long before `now`. */
export async function forgetExpired(db: Database, now: Date): Promise<void> {
  const before = new Date(now.getTime() - KEPT_AFTER_END_MS);
  await db.deleteFrom('logins').where('expires_at', '<', before).execute();
  await db.deleteFrom('login_links').where('expires_at', '<', before).execute();
  await db.deleteFrom('user_tokens').where('expires_at', '<', before).execute();
  await db.deleteFrom('cli_codes').where('expires_at', '<', before).execute();
  await db.deleteFrom('device_requests').where('expires_at', '<', before).execute();
  await db.deleteFrom('invitations').where('expires_at', '<', before).execute();
  await db.deleteFrom('enrolment_tokens').where('expires_at', '<', before).execute();
}

/** Does so from time to time, never holding the process up. Several processes may. Returns the way to stop. */
export function keepForgetting(db: Database, now: () => Date, log: Logger): () => void {
  const sweep = () => {
    forgetExpired(db, now()).catch((err: unknown) => log.warn({ err }, 'could not delete expired logins'));
  };
  const timer = setInterval(sweep, SWEEP_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}
