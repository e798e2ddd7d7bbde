/** Who may do what in a team: pure rules over roles, in this one file. */
import type { Role } from '@spectral/proto/wire';

export type TeamAction =
  | 'see-team'
  | 'rename-team'
  | 'see-invitations'
  | 'invite'
  | 'see-keys'
  | 'manage-keys'
  | 'manage-models'
  | 'manage-shared-machines'
  | 'see-usage';

const ALLOWED: Readonly<Record<TeamAction, readonly Role[]>> = {
  'see-team': ['owner', 'admin', 'member'],
  'rename-team': ['owner', 'admin'],
  'see-invitations': ['owner', 'admin'],
  invite: ['owner', 'admin'],
  'see-keys': ['owner', 'admin'],
  'manage-keys': ['owner', 'admin'],
  'manage-models': ['owner', 'admin'],
  'manage-shared-machines': ['owner', 'admin'],
  'see-usage': ['owner', 'admin', 'member'],
};

/** Whether a role may do that. */
export function mayDo(role: Role, action: TeamAction): boolean {
  return ALLOWED[action].includes(role);
}

/** The roles that may do that, for a message. */
export function rolesFor(action: TeamAction): string {
  return ALLOWED[action].join(' or ');
}

export type MemberRefusal = 'forbidden' | 'last-owner';

/**
 * Whether `caller` may give `target` another role. Owners change anybody; admins change admins and members, and make
 * nobody an owner; members change nobody. The last owner stays one.
 */
export function roleChangeRefusal(
  caller: Role,
  target: Role,
  next: Role,
  owners: number,
): MemberRefusal | null {
  if (caller === 'member') return 'forbidden';
  if (caller === 'admin' && (target === 'owner' || next === 'owner')) return 'forbidden';
  return target === 'owner' && next !== 'owner' && owners <= 1 ? 'last-owner' : null;
}

/** Whether `caller` may take `target` out of the team. Everybody may leave, but the last owner. */
export function removalRefusal(
  caller: Role,
  target: Role,
  isSelf: boolean,
  owners: number,
): MemberRefusal | null {
  if (target === 'owner' && owners <= 1) return isSelf || caller === 'owner' ? 'last-owner' : 'forbidden';
  if (isSelf || caller === 'owner') return null;
  return caller === 'admin' && target !== 'owner' ? null : 'forbidden';
}
