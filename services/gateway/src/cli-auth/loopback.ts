/**
 * `spectral login --oauth` on a machine with a browser: the page approves and hands a one-time code to the command's
 * loopback port; the command changes it for a user token. The code alone is worth nothing: it is bound to the PKCE
 * challenge of the command that asked, works once, and for a minute.
 */
import { createHash } from 'node:crypto';
import { ServiceError, sameSecret } from '@spectral/common';
import type { UserToken } from '@spectral/proto/wire';
import type { Database } from '../database/index.ts';
import { issueUserToken } from '../people/user-tokens.ts';
import { hashSecret, newSecret } from '../secrets/index.ts';

export const CLI_CODE_LIFE_MS = 60_000;

/** A code for the command whose challenge this is; `host` is where it says it runs. */
export async function approveCommand(
  db: Database,
  approval: { userId: string; challenge: string; host: string },
  now: Date,
): Promise<string> {
  const code = newSecret();
  await db
    .insertInto('cli_codes')
    .values({
      code_hash: hashSecret(code),
      user_id: approval.userId,
      challenge: approval.challenge,
      host: approval.host,
      expires_at: new Date(now.getTime() + CLI_CODE_LIFE_MS),
    })
    .execute();
  return code;
}

/** Changes a code for a user token. A wrong verifier uses the code up as well. Throws ServiceError `gone`. */
export async function redeemCode(
  db: Database,
  code: string,
  verifier: string,
  now: Date,
): Promise<UserToken> {
  const row = await db
    .updateTable('cli_codes')
    .from('users')
    .set({ used_at: now })
    .whereRef('users.id', '=', 'cli_codes.user_id')
    .where('cli_codes.code_hash', '=', hashSecret(code))
    .where('cli_codes.used_at', 'is', null)
    .where('cli_codes.expires_at', '>', now)
    .returning(['users.id', 'users.name', 'users.email', 'cli_codes.challenge', 'cli_codes.host'])
    .executeTakeFirst();
  if (!row || !sameSecret(challengeOf(verifier), row.challenge)) {
    throw new ServiceError(
      'gone',
      'this login code is unknown, used or expired: run `spectral login --oauth` again',
    );
  }
  return issueUserToken(db, row, row.host, now);
}

/** PKCE, method S256 (RFC 7636, 4.2). */
function challengeOf(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url');
}
