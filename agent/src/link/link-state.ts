/**
 * Where the machine's link to its relay stands, and what to do next: pure, one state, so never two schedules.
 *
 *            started                        ┌────────── timer ───────────┐
 *               │                           ▼                            │
 *               └──────────────────────▶ checking ──── unhealthy ───▶ waiting
 *                                           │ healthy                 ▲  ▲  ▲
 *                                           ▼                         │  │  │
 *                                       connecting ── failed, lost ───┘  │  │
 *                                           │   └──── 401 ──▶ renewing ──┘  │
 *                                           ▼ welcomed           │          │
 *                                          open ───── lost ──────┼──────────┘
 *                                           │ 4401, 4403 ──▶ renewing
 *                                           │ drain: move = waiting ─▶ connecting ─▶ none (on the new socket)
 *                                           ▼                    ▼ refused
 *                              ended: stop, 4001 revoked, 4409 replaced, credentials refused
 */
import { CLOSE, closeReasonOf } from '@spectral/proto/wire';

export type LinkState =
  | { readonly phase: 'checking' | 'connecting' | 'waiting' | 'renewing'; readonly attempt: number }
  /** `move`: whether a second socket is to be opened, or being opened, beside this one. */
  | { readonly phase: 'open'; readonly move: 'none' | 'waiting' | 'connecting'; readonly attempt: number }
  | { readonly phase: 'ended' };

export type LinkEvent =
  | { readonly type: 'started' }
  | { readonly type: 'health'; readonly ok: boolean }
  | { readonly type: 'timer' }
  /** The relay's welcome arrived on the socket being opened. */
  | { readonly type: 'welcomed' }
  /** A socket that never opened; `status` is the HTTP answer to the upgrade, if there was one. */
  | { readonly type: 'failed'; readonly status: number | null; readonly beside: boolean }
  /** The current socket closed. `host` is who replaced this machine, if the relay said so. */
  | { readonly type: 'lost'; readonly code: number; readonly host: string | null }
  | { readonly type: 'renewed' }
  | { readonly type: 'renewal-failed' }
  | { readonly type: 'refused'; readonly message: string }
  | { readonly type: 'drain'; readonly spreadMs: number }
  | { readonly type: 'stopped' };

export type LinkAction =
  | { readonly do: 'nothing' | 'check' | 'connect' | 'renew' | 'connect-beside' | 'promote' | 'close' }
  /** Wait for the schedule's slot of this attempt, then tell `timer`. */
  | { readonly do: 'wait'; readonly attempt: number }
  /** Wait a random part of this time, then tell `timer`. */
  | { readonly do: 'wait-to-move'; readonly spreadMs: number }
  | { readonly do: 'end'; readonly end: LinkEnd };

/** Why the link ended for good. */
export type LinkEnd =
  | { readonly reason: 'revoked' }
  | { readonly reason: 'replaced'; readonly host: string | null }
  | { readonly reason: 'refused'; readonly message: string };

export interface LinkStep {
  readonly state: LinkState;
  readonly action: LinkAction;
}

export const INITIAL_LINK_STATE: LinkState = { phase: 'waiting', attempt: 0 };

/** The next state and the one thing to do. An event that means nothing in this state changes nothing. */
export function nextLinkState(state: LinkState, event: LinkEvent): LinkStep {
  if (state.phase === 'ended') return stay(state);
  switch (event.type) {
    case 'stopped':
      return { state: { phase: 'ended' }, action: { do: 'close' } };
    case 'started':
      return { state: { phase: 'checking', attempt: 0 }, action: { do: 'check' } };
    case 'timer':
      return onTimer(state);
    case 'health':
      if (state.phase !== 'checking') return stay(state);
      return event.ok
        ? { state: { ...state, phase: 'connecting' }, action: { do: 'connect' } }
        : waitAfter(state);
    case 'welcomed':
      return onWelcomed(state);
    case 'failed':
      return onFailed(state, event.status, event.beside);
    case 'lost':
      return onLost(state, event.code, event.host);
    case 'renewed':
    case 'renewal-failed':
      return state.phase === 'renewing' ? waitAfter(state) : stay(state);
    case 'refused':
      return end({ reason: 'refused', message: event.message });
    case 'drain':
      if (state.phase !== 'open' || state.move !== 'none') return stay(state);
      return {
        state: { ...state, move: 'waiting' },
        action: { do: 'wait-to-move', spreadMs: event.spreadMs },
      };
  }
}

function onTimer(state: LinkState): LinkStep {
  if (state.phase === 'waiting') return { state: { ...state, phase: 'checking' }, action: { do: 'check' } };
  if (state.phase === 'open' && state.move === 'waiting') {
    return { state: { ...state, move: 'connecting' }, action: { do: 'connect-beside' } };
  }
  return stay(state);
}

function onWelcomed(state: LinkState): LinkStep {
  const open: LinkState = { phase: 'open', move: 'none', attempt: 0 };
  if (state.phase === 'connecting') return { state: open, action: { do: 'nothing' } };
  if (state.phase === 'open' && state.move === 'connecting')
    return { state: open, action: { do: 'promote' } };
  return stay(state);
}

function onFailed(state: LinkState, status: number | null, beside: boolean): LinkStep {
  if (state.phase === 'open' && beside) {
    return {
      state: { ...state, move: 'waiting', attempt: state.attempt + 1 },
      action: { do: 'wait', attempt: state.attempt },
    };
  }
  if (state.phase !== 'connecting') return stay(state);
  return status === 401 ? renew(state.attempt) : waitAfter(state);
}

function onLost(state: LinkState, code: number, host: string | null): LinkStep {
  if (state.phase !== 'connecting' && state.phase !== 'open') return stay(state);
  if (code === CLOSE.machineRevoked.code) return end({ reason: 'revoked' });
  // While a second socket opens, it is this machine itself that replaces the first one.
  if (state.phase === 'open' && state.move === 'connecting') {
    return { state: { phase: 'connecting', attempt: 0 }, action: { do: 'promote' } };
  }
  if (code === CLOSE.replaced.code) return end({ reason: 'replaced', host });
  return closeReasonOf(code)?.reaction === 'reauthenticate' ? renew(state.attempt) : waitAfter(state);
}

function waitAfter({ attempt }: { readonly attempt: number }): LinkStep {
  return { state: { phase: 'waiting', attempt: attempt + 1 }, action: { do: 'wait', attempt } };
}

/** Leads to a wait too, so that a relay that refuses every token is not asked without a pause. */
function renew(attempt: number): LinkStep {
  return { state: { phase: 'renewing', attempt }, action: { do: 'renew' } };
}

function end(why: LinkEnd): LinkStep {
  return { state: { phase: 'ended' }, action: { do: 'end', end: why } };
}

function stay(state: LinkState): LinkStep {
  return { state, action: { do: 'nothing' } };
}
