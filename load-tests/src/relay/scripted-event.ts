/** Events of a scripted session. */
import type { SessionEvent } from '@spectral/proto/wire';

const BARE = { type: 'text_delta', messageId: 'message', delta: '' } as const;
/** With the largest numbers for `seq` and `at` that a measurement gives. */
const NUMBERS = JSON.stringify({ seq: 1_000_000, at: 1_000_000_000.123456 }).length - 1;

/** An event of about this many bytes as JSON, numbers included. */
export function eventOf(bytes: number): SessionEvent {
  const length = Math.max(1, bytes - JSON.stringify(BARE).length - NUMBERS);
  return { ...BARE, delta: 'x'.repeat(length) };
}
