/** A machine as people see it, and the claims of the tokens around it. */
import * as v from 'valibot';

export const visibility = v.picklist(['PRIVATE', 'SHARED']);
export type Visibility = v.InferOutput<typeof visibility>;

/** Where a fleet machine stands, as people see it. */
export const fleetPhase = v.picklist([
  'pending',
  'starting',
  'ready',
  'draining',
  'asleep',
  'waking',
  'failed',
  'ending',
]);
export type FleetPhase = v.InferOutput<typeof fleetPhase>;

/** What people see of a machine's place in a fleet. */
export const fleetPart = v.object({
  pool: v.string(),
  phase: fleetPhase,
  reason: v.string(),
  message: v.string(),
});
export type FleetPart = v.InferOutput<typeof fleetPart>;

/** A row of `GET /api/machines`. */
export const machine = v.object({
  id: v.string(),
  name: v.string(),
  hostname: v.string(),
  /** Version of the `spectral` command there. */
  version: v.string(),
  online: v.boolean(),
  /** ISO 8601, or null for a machine that registered and never connected. */
  lastSeenAt: v.nullable(v.string()),
  /** Process id of `spectral serve`; null when offline. */
  pid: v.nullable(v.number()),
  visibility,
  team: v.object({ id: v.string(), name: v.string() }),
  /** Null for a machine that was registered with a team key. */
  owner: v.nullable(v.object({ id: v.string(), name: v.string() })),
  /** Whether the caller may change visibility and revoke. */
  canManage: v.boolean(),
  /** Its place in a fleet; null for a machine that somebody runs by hand. */
  fleet: v.optional(v.nullable(fleetPart), null),
});
export type Machine = v.InferOutput<typeof machine>;

/** Body of `POST /api/machines`. */
export const registration = v.object({
  name: v.pipe(
    v.string(),
    v.trim(),
    v.minLength(1, 'expected a name of 1 to 100 characters'),
    v.maxLength(100),
  ),
  hostname: v.pipe(v.string(), v.maxLength(255)),
  version: v.pipe(v.string(), v.maxLength(50)),
  pid: v.pipe(v.number(), v.integer(), v.minValue(1)),
  /** With a personal login: the team it joins. Default: the one the person joined first. A team key names its team. */
  team: v.optional(v.string()),
  /**
   * With an enrolment token, which also names the machine and its team: random characters of the caller's. A token that
   * was traded is answered again to whoever repeats them, so that a lost answer does not lose the machine.
   */
  attempt: v.optional(v.pipe(v.string(), v.minLength(16), v.maxLength(128))),
});
export type Registration = v.InferOutput<typeof registration>;

/** Body of `POST /api/machines/self/token`, if any: what changed since the registration, as after an update. */
export const renewal = v.object({
  hostname: registration.entries.hostname,
  version: registration.entries.version,
  pid: registration.entries.pid,
});
export type Renewal = v.InferOutput<typeof renewal>;

/** Answer of `POST /api/machines`, and of a renewal. */
export const enrolment = v.object({
  machine,
  /** The machine token: a JWT signed with EdDSA. */
  token: v.string(),
  /** ISO 8601. */
  expiresAt: v.string(),
  /** WebSocket address of the relay, such as `wss://host/agent-connection`. */
  relayUrl: v.string(),
});
export type Enrolment = v.InferOutput<typeof enrolment>;

/** `aud` of each kind of token: none works as another. */
export const TokenKind = {
  machine: 'spectral-machine',
  ticket: 'spectral-relay-ticket',
  user: 'spectral-user',
} as const;
export type TokenKind = (typeof TokenKind)[keyof typeof TokenKind];

/** Claims of a machine token. `sub` is the machine id. */
export const machineClaims = v.object({
  sub: v.string(),
  aud: v.literal(TokenKind.machine),
  team: v.string(),
  /** The team key it was issued under; null for a personal login. Rotating the key ends the token. */
  key: v.nullable(v.string()),
  /** The registration: a newer one of the same machine ends the token. */
  registration: v.number(),
  /** Host the registration came from, told to the one it replaces. */
  host: v.string(),
  exp: v.number(),
});
export type MachineClaims = v.InferOutput<typeof machineClaims>;

/** Claims of a relay ticket: this person, this machine, for the next minute. `sub` is the user id. */
export const ticketClaims = v.object({
  sub: v.string(),
  aud: v.literal(TokenKind.ticket),
  name: v.string(),
  machine: v.string(),
  team: v.string(),
  /** The login session behind it; ending that session ends the socket. */
  session: v.string(),
  exp: v.number(),
});
export type TicketClaims = v.InferOutput<typeof ticketClaims>;
