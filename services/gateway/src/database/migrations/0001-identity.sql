-- People, teams, keys, machines: who is who, and who may do what.
-- Secrets are kept as SHA-256 in hexadecimal, passwords as a password hash with its parameters. Times come from the service.

create table users (
  id uuid primary key,
  name text not null,
  email text not null unique check (email = lower(email)),
  password_hash text,
  created_at timestamptz not null
);

create table teams (
  id uuid primary key,
  name text not null,
  created_at timestamptz not null
);

create table members (
  team_id uuid not null references teams (id) on delete cascade,
  user_id uuid not null references users (id) on delete cascade,
  role text not null check (role in ('owner', 'admin', 'member')),
  joined_at timestamptz not null,
  primary key (team_id, user_id)
);
create index members_by_user on members (user_id);

create table team_keys (
  id uuid primary key,
  team_id uuid not null references teams (id) on delete cascade,
  name text not null,
  prefix text not null,
  secret_hash text not null unique,
  created_by uuid references users (id) on delete set null,
  created_at timestamptz not null,
  last_used_at timestamptz,
  ended_at timestamptz
);
create index team_keys_by_team on team_keys (team_id);

create table invitations (
  id uuid primary key,
  team_id uuid not null references teams (id) on delete cascade,
  role text not null check (role in ('admin', 'member')),
  email text,
  code_hash text not null unique,
  created_by uuid references users (id) on delete set null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  accepted_by uuid references users (id) on delete set null,
  ended_at timestamptz
);
create index invitations_by_team on invitations (team_id);

-- A person's browser sessions, and the one-time links that begin one.
create table logins (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  secret_hash text not null unique,
  created_at timestamptz not null,
  used_at timestamptz not null,
  expires_at timestamptz not null,
  ended_at timestamptz
);
create index logins_by_user on logins (user_id);

create table login_links (
  code_hash text primary key,
  user_id uuid not null references users (id) on delete cascade,
  expires_at timestamptz not null,
  used_at timestamptz
);

-- What `spectral login --oauth` leaves on a machine, and the two ways to get one.
create table user_tokens (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  secret_hash text not null unique,
  host text not null,
  created_at timestamptz not null,
  used_at timestamptz,
  expires_at timestamptz not null,
  ended_at timestamptz
);
create index user_tokens_by_user on user_tokens (user_id);

create table cli_codes (
  code_hash text primary key,
  user_id uuid not null references users (id) on delete cascade,
  challenge text not null,
  host text not null,
  expires_at timestamptz not null,
  used_at timestamptz
);

create table device_requests (
  device_hash text primary key,
  user_code text not null unique,
  host text not null,
  approved_by uuid references users (id) on delete cascade,
  expires_at timestamptz not null,
  polled_at timestamptz,
  used_at timestamptz
);

-- Identity of a machine is (team, name) among those not revoked. `registration` grows with each registration.
create table machines (
  id uuid primary key,
  team_id uuid not null references teams (id) on delete cascade,
  name text not null,
  hostname text not null,
  version text not null,
  -- Process id of the `spectral serve` that registered last.
  pid integer not null,
  owner_id uuid references users (id) on delete set null,
  key_id uuid references team_keys (id) on delete set null,
  visibility text not null check (visibility in ('PRIVATE', 'SHARED')),
  registration integer not null,
  registered_at timestamptz not null,
  last_seen_at timestamptz,
  revoked_at timestamptz,
  check (visibility = 'SHARED' or owner_id is not null)
);
create unique index machines_by_name on machines (team_id, name) where revoked_at is null;

-- Pairs that sign machine tokens and tickets; the private half is sealed with the master key.
create table signing_keys (
  kid text primary key,
  public_jwk jsonb not null,
  sealed_private_jwk text not null,
  created_at timestamptz not null,
  retired_at timestamptz
);
