/**
 * The states of a connection to a machine, and what each happening makes of them. Pure.
 *
 *   connecting ──welcomed──▶ live ◀──presence──▶ machine-offline
 *       │                      │                      │
 *       │ failed               └─────── lost ─────────┤
 *       ▼                                             ▼
 *   reconnecting{attempt} ◀───────────────────────────┘      failed: attempt + 1;  welcomed: live or machine-offline
 *
 *   any state ──ended──▶ ended{reason}      nothing leaves it
 *
 * A planned move to another relay (`drain`) is no happening here: the old link stays until the new one is welcomed.
 */

export type ConnectionState = Freshness &
  (
    | { readonly kind: 'connecting' }
    | { readonly kind: 'live' }
    | { readonly kind: 'machine-offline'; readonly lastSeenAt: string | null }
    | { readonly kind: 'reconnecting'; readonly attempt: number; readonly retryAt: number }
    | { readonly kind: 'ended'; readonly reason: EndReason; readonly message: string }
  );

/** What a screen needs to say how old its content is. Milliseconds since 1970. */
export interface Freshness {
  readonly since: number;
  /** When the relay was last heard, as of this state's beginning; null before the first time. */
  readonly lastHeardAt: number | null;
}

/**
 * `closed`: by this client; `signed-out`: log in again; `forbidden`: no right to this machine any more;
 * `machine-revoked`: the machine is gone for good.
 */
export type EndReason = 'closed' | 'signed-out' | 'forbidden' | 'machine-revoked';

export type ConnectionHappening =
  | { readonly kind: 'welcomed' | 'presence'; readonly online: boolean; readonly lastSeenAt: string | null }
  /** An attempt failed, or the live link was lost; the next attempt is at `retryAt`. */
  | { readonly kind: 'failed' | 'lost'; readonly retryAt: number }
  | { readonly kind: 'ended'; readonly reason: EndReason; readonly message: string };

export function firstState(now: number): ConnectionState {
  return { kind: 'connecting', since: now, lastHeardAt: null };
}

/** The state after a happening; the same object when nothing changes. */
export function nextState(
  state: ConnectionState,
  happening: ConnectionHappening,
  fresh: { readonly now: number; readonly lastHeardAt: number | null },
): ConnectionState {
  if (state.kind === 'ended') return state;
  const { now: since, lastHeardAt } = fresh;
  switch (happening.kind) {
    case 'presence':
      return isLinked(state) ? linked(state, happening, { since, lastHeardAt }) : state;
    case 'welcomed':
      return linked(state, happening, { since, lastHeardAt });
    case 'failed':
    case 'lost':
      return reconnecting(state, happening.retryAt, { since, lastHeardAt });
    case 'ended':
      return { kind: 'ended', reason: happening.reason, message: happening.message, since, lastHeardAt };
  }
}

/** Whether the relay is connected, with the machine behind it or not. */
export function isLinked(state: ConnectionState): boolean {
  return state.kind === 'live' || state.kind === 'machine-offline';
}

function linked(
  state: ConnectionState,
  { online, lastSeenAt }: { readonly online: boolean; readonly lastSeenAt: string | null },
  fresh: Freshness,
): ConnectionState {
  if (online) return state.kind === 'live' ? state : { kind: 'live', ...fresh };
  if (state.kind === 'machine-offline' && state.lastSeenAt === lastSeenAt) return state;
  return { kind: 'machine-offline', lastSeenAt, ...fresh };
}

/** `since` stays at the break, so that a screen can say for how long it has been behind. */
function reconnecting(state: ConnectionState, retryAt: number, fresh: Freshness): ConnectionState {
  if (state.kind !== 'reconnecting') return { kind: 'reconnecting', attempt: 1, retryAt, ...fresh };
  return { ...state, attempt: state.attempt + 1, retryAt };
}
