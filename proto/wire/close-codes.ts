/**
 * Every code with which a Spectral link ends: one number, one meaning, one thing for the peer to do.
 * The machine link closes its WebSocket with the code. The browser link cannot (Socket.IO closes without one),
 * so the relay sends a `closed` control frame with the same code first.
 */

/** What the peer does after this close. `reconnect` follows the schedule in timing.ts; `exit` ends `spectral serve`. */
export type CloseReaction = 'reconnect' | 'exit' | 'reauthenticate' | 'move';

export interface CloseReason {
  readonly code: number;
  readonly reason: string;
  readonly reaction: CloseReaction;
}

export const CLOSE = {
  /** The machine stops on purpose (SIGINT, SIGTERM). Sent by the machine. */
  shutdown: { code: 1000, reason: 'shutdown', reaction: 'reconnect' },
  /** The machine was revoked by a person. Sent by the relay; `spectral serve` exits and never comes back. */
  machineRevoked: { code: 4001, reason: 'machine-revoked', reaction: 'exit' },
  /** A frame that is no frame: wrong version, unknown kind, broken JSON, too short. Sent by the relay. */
  badFrame: { code: 4400, reason: 'bad-frame', reaction: 'reconnect' },
  /** The token or ticket expired, or its key was rotated. Get a new one, then reconnect. */
  tokenExpired: { code: 4401, reason: 'token-expired', reaction: 'reauthenticate' },
  /** A person lost the right to this machine: visibility, membership or session changed. */
  forbidden: { code: 4403, reason: 'forbidden', reaction: 'reauthenticate' },
  /** Nothing was heard for SILENCE_MS. Sent by the relay. */
  heartbeatTimeout: { code: 4408, reason: 'heartbeat-timeout', reaction: 'reconnect' },
  /** A newer connection of the same machine took over. The relay names its host in the `replaced` control frame. */
  replaced: { code: 4409, reason: 'replaced', reaction: 'exit' },
  /** A frame larger than MAX_FRAME_BYTES. */
  frameTooLarge: { code: 4413, reason: 'frame-too-large', reaction: 'reconnect' },
  /** Frames or bytes per second above the limit. */
  rateLimited: { code: 4429, reason: 'rate-limited', reaction: 'reconnect' },
  /** The relay cannot tell whether to let the peer in (the gateway or the store is away): try again. */
  unavailable: { code: 4502, reason: 'unavailable', reaction: 'reconnect' },
  /** The relay process drains: open a new link first, then leave this one. */
  draining: { code: 4503, reason: 'draining', reaction: 'move' },
} as const satisfies Record<string, CloseReason>;

/** The reason behind a close code, or null for a number Spectral does not use (1006, proxies, other servers). */
export function closeReasonOf(code: number): CloseReason | null {
  return Object.values(CLOSE).find((reason) => reason.code === code) ?? null;
}
