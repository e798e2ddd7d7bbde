-- Model calls: who called which model, what it used and cost, how it ended. No content.
-- A call is open until it is settled. `touched_at` is renewed while its process lives, so that calls of one that died
-- can be told apart and marked interrupted.

create table model_calls (
  id text primary key,
  team_id uuid not null,
  machine_id uuid not null,
  model_id text not null,
  served_model text,
  provider text not null,
  dialect text not null,
  streamed boolean not null,
  process_id text not null,
  outcome text not null check (outcome in ('open', 'ok', 'failed', 'cut', 'aborted', 'stopped', 'interrupted')),
  http_status integer,
  -- Tokens are null while unknown.
  input_tokens bigint,
  output_tokens bigint,
  cache_read_tokens bigint,
  cache_write_tokens bigint,
  estimated boolean not null default false,
  -- Billionths of a USD; null when the price is unknown.
  cost_nano_usd bigint,
  opened_at timestamptz not null,
  touched_at timestamptz not null,
  settled_at timestamptz
);
create index model_calls_by_team on model_calls (team_id, opened_at);
create index model_calls_open on model_calls (touched_at) where outcome = 'open';
