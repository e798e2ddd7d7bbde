/** Who calls: every request is made by one of these, or refused. */
import type { User } from '../people/people.ts';

/** A person, by the cookie of their browser or by the user token of their command line. */
export interface Person {
  readonly kind: 'person';
  readonly user: User;
  /** The browser session or the user token: ending it ends what was begun with it. */
  readonly loginId: string;
  readonly by: 'cookie' | 'user-token';
}

/** Whoever holds a team key. */
export interface TeamKeyHolder {
  readonly kind: 'team-key';
  readonly keyId: string;
  readonly teamId: string;
}

/** Whoever holds an enrolment token, which is checked and used up in one step by the trade itself. */
export interface EnrolmentTokenHolder {
  readonly kind: 'enrolment-token';
  readonly token: string;
}

/** A machine by its token, which stands at this moment. */
export interface MachineCaller {
  readonly kind: 'machine';
  readonly machineId: string;
  readonly name: string;
  /** Host of the registration. */
  readonly hostname: string;
  readonly teamId: string;
  /** Null for a machine of the team. */
  readonly ownerId: string | null;
  readonly registration: number;
  readonly keyId: string | null;
}

export type Caller = Person | TeamKeyHolder | MachineCaller;
