/** Rows of the identity tables (migrations/0001-identity.sql) as Kysely sees them. Times are Dates, ids UUID text. */
import type { FleetPhase, Role, Visibility } from '@spectral/proto/wire';
import type { ColumnType, JSONColumnType } from 'kysely';
import type { JWK } from 'jose';

/** Set when the row is made, never changed. */
type Fixed<T> = ColumnType<T, T, never>;
/** Null unless given. */
type Later<T> = ColumnType<T | null, T | null | undefined, T | null>;

export interface IdentityTables {
  users: {
    id: Fixed<string>;
    name: string;
    email: string;
    password_hash: Later<string>;
    created_at: Fixed<Date>;
  };
  teams: { id: Fixed<string>; name: string; created_at: Fixed<Date> };
  members: { team_id: Fixed<string>; user_id: Fixed<string>; role: Role; joined_at: Fixed<Date> };
  team_keys: {
    id: Fixed<string>;
    team_id: Fixed<string>;
    name: Fixed<string>;
    prefix: Fixed<string>;
    secret_hash: Fixed<string>;
    created_by: Fixed<string | null>;
    created_at: Fixed<Date>;
    last_used_at: Later<Date>;
    ended_at: Later<Date>;
  };
  invitations: {
    id: Fixed<string>;
    team_id: Fixed<string>;
    role: Fixed<'admin' | 'member'>;
    email: Fixed<string | null>;
    code_hash: Fixed<string>;
    created_by: Fixed<string>;
    created_at: Fixed<Date>;
    expires_at: Fixed<Date>;
    accepted_by: Later<string>;
    ended_at: Later<Date>;
  };
  logins: {
    id: Fixed<string>;
    user_id: Fixed<string>;
    secret_hash: Fixed<string>;
    created_at: Fixed<Date>;
    used_at: Date;
    expires_at: Date;
    ended_at: Later<Date>;
  };
  login_links: {
    code_hash: Fixed<string>;
    user_id: Fixed<string>;
    expires_at: Fixed<Date>;
    used_at: Later<Date>;
  };
  user_tokens: {
    id: Fixed<string>;
    user_id: Fixed<string>;
    secret_hash: Fixed<string>;
    host: Fixed<string>;
    created_at: Fixed<Date>;
    used_at: Later<Date>;
    expires_at: Fixed<Date>;
    ended_at: Later<Date>;
  };
  cli_codes: {
    code_hash: Fixed<string>;
    user_id: Fixed<string>;
    challenge: Fixed<string>;
    host: Fixed<string>;
    expires_at: Fixed<Date>;
    used_at: Later<Date>;
  };
  device_requests: {
    device_hash: Fixed<string>;
    user_code: Fixed<string>;
    host: Fixed<string>;
    approved_by: Later<string>;
    expires_at: Fixed<Date>;
    polled_at: Later<Date>;
    used_at: Later<Date>;
  };
  machines: {
    id: Fixed<string>;
    team_id: Fixed<string>;
    name: Fixed<string>;
    hostname: string;
    version: string;
    pid: number;
    owner_id: Later<string>;
    key_id: Later<string>;
    visibility: Visibility;
    registration: number;
    registered_at: Date;
    last_seen_at: Later<Date>;
    revoked_at: Later<Date>;
  };
  /** migrations/0103-fleet.sql, as the next. */
  fleet_machines: {
    machine_id: Fixed<string>;
    uid: Fixed<string>;
    pool: string;
    phase: FleetPhase;
    reason: string;
    message: string;
    claimed_by: Later<string>;
    enrolled_at: Later<Date>;
    wake_requested_at: Later<Date>;
    created_at: Fixed<Date>;
  };
  enrolment_tokens: {
    token_hash: Fixed<string>;
    machine_id: Fixed<string>;
    created_at: Fixed<Date>;
    expires_at: Fixed<Date>;
    used_at: Later<Date>;
    used_with: Later<string>;
    ended_at: Later<Date>;
  };
  signing_keys: {
    kid: Fixed<string>;
    public_jwk: JSONColumnType<JWK, string, never>;
    sealed_private_jwk: Fixed<string>;
    created_at: Fixed<Date>;
    retired_at: Later<Date>;
  };
}
