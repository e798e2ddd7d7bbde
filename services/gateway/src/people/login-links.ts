/** One-time login links: `/login?code=…`, minted at first run and by whoever holds the database. */
import { ServiceError } from '@spectral/common';
import type { Database } from '../database/index.ts';
import { hashSecret, newSecret } from '../secrets/index.ts';

export const LOGIN_LINK_LIFE_MS = 24 * 3_600_000;

/** A link that signs `userId` in once, within LOGIN_LINK_LIFE_MS. */
export async function mintLoginLink(
  db: Database,
  options: { userId: string; publicUrl: string; now: Date },
): Promise<string> {
  const code = newSecret();
  await db
    .insertInto('login_links')
    .values({
      code_hash: hashSecret(code),
      user_id: options.userId,
      expires_at: new Date(options.now.getTime() + LOGIN_LINK_LIFE_MS),
    })
    .execute();
  return `${options.publicUrl}/login?code=${code}`;
}

/** Uses the link up and resolves with the person's id. Throws ServiceError `gone` for a used, expired or unknown code. */
export async function useLoginLink(db: Database, code: string, now: Date): Promise<string> {
  const row = await db
    .updateTable('login_links')
    .set({ used_at: now })
    .where('code_hash', '=', hashSecret(code))
    .where('used_at', 'is', null)
    .where('expires_at', '>', now)
    .returning('user_id')
    .executeTakeFirst();
  if (row) return row.user_id;
  throw new ServiceError(
    'gone',
    'this login link was used or has expired: sign in with your password, or ask for a new link',
  );
}
