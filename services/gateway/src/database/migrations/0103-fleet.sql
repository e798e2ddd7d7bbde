-- Machines that an operator runs for a team, and the tokens with which they enrol.

-- A warm machine of a private pool belongs to nobody yet, and so is seen by nobody.
alter table machines drop constraint machines_check;

create table fleet_machines (
  machine_id uuid primary key references machines (id) on delete cascade,
  -- The object it stands for in the operator's cluster.
  uid text not null unique,
  pool text not null,
  phase text not null,
  reason text not null,
  message text not null,
  -- The owner that the operator named last; another owner is a person's own doing.
  claimed_by uuid references users (id) on delete set null,
  enrolled_at timestamptz,
  wake_requested_at timestamptz,
  created_at timestamptz not null
);

-- `used_with`: SHA-256 of what the caller sent along, by which it may repeat the trade whose answer it lost.
create table enrolment_tokens (
  token_hash text primary key,
  machine_id uuid not null references machines (id) on delete cascade,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  used_with text,
  ended_at timestamptz
);
create index enrolment_tokens_by_machine on enrolment_tokens (machine_id);
