-- Which base models a team may call, and the models it brought itself.

-- A team without a row may call every base model this gateway offers; with one, exactly those listed.
create table model_grants (
  team_id uuid primary key references teams (id) on delete cascade,
  granted jsonb not null,
  changed_at timestamptz not null
);

create table user_models (
  id uuid primary key,
  team_id uuid not null references teams (id) on delete cascade,
  model_id text not null,
  -- What the team entered, the key left out.
  settings jsonb not null,
  sealed_key text,
  created_at timestamptz not null,
  changed_at timestamptz not null,
  unique (team_id, model_id)
);
