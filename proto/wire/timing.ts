/** Figures both ends of a link must share. All times are milliseconds unless the name says otherwise. */

/** The relay pings a machine this often. */
export const PING_INTERVAL_MS = 25_000;
/** A machine that said nothing for this long is closed with 4408. */
export const SILENCE_MS = 90_000;
/** How often the machine's own watchdog looks. */
export const WATCHDOG_CHECK_MS = 15_000;
/** The machine drops its socket after this long without any inbound frame, or since the attempt began. */
export const WATCHDOG_SILENCE_MS = 120_000;
/** Limit of the `GET /health` that precedes each reconnect. */
export const HEALTH_TIMEOUT_MS = 5_000;
/** Waits between reconnects; the last repeats for ever. Each is varied by BACKOFF_JITTER either way. */
export const BACKOFF_SCHEDULE_MS = [1_000, 2_000, 5_000, 15_000, 30_000] as const;
/** Share of a wait by which it is varied, so that a fleet does not return in step. */
export const BACKOFF_JITTER = 0.2;
/** Frames a machine keeps while its link is down; the oldest is dropped first. */
export const SEND_QUEUE_FRAMES = 100;
/** The relay answers 504 `machine-timeout` when the machine has not answered a request by then. */
export const REQUEST_TIMEOUT_MS = 30_000;
/** Running turns get this long on a graceful stop. */
export const SHUTDOWN_GRACE_MS = 5_000;
/** Streaming deltas of a session are gathered for at most this long before they become one frame. */
export const GATHER_MS = 16;
/** A session with readers repeats its head this often while nothing happens, so a lost last event is noticed. */
export const HEAD_REPEAT_MS = 5_000;
/** Life of a relay ticket. It only has to survive the handshake. */
export const TICKET_LIFE_MS = 60_000;
/** Life of a machine token; the daemon renews at half of it. */
export const MACHINE_TOKEN_LIFE_MS = 3_600_000;

/** Largest frame on either link, header included. */
export const MAX_FRAME_BYTES = 8 * 1024 * 1024;
/** Frames are gathered into one message up to about this size; a larger frame travels alone. */
export const BUNDLE_BYTES = 256 * 1024;
/** Most frames in a bundle: as many headers as fit into BUNDLE_BYTES. */
export const MAX_BUNDLE_FRAMES = 8_192;
/** Largest control frame (JSON text). */
export const MAX_CONTROL_BYTES = 64 * 1024;
/** History is sent in pieces of about this size. */
export const SNAPSHOT_CHUNK_BYTES = 256 * 1024;
/** Most bytes of images in one prompt, as base64 characters. */
export const MAX_PROMPT_IMAGE_CHARS = 7 * 1024 * 1024;
/** Longest text of one prompt, in UTF-16 units. */
export const MAX_PROMPT_CHARS = 1_000_000;
/** Hard cap on iterations of loop mode. */
export const MAX_LOOP_ITERATIONS = 100;
/** The text that ends a loop when an assistant message holds it. */
export const LOOP_DONE_MARKER = '<LOOP_DONE>';
