/** A browser's connection, as routing sees it. The socket behind it lives in sockets/. */
import type { Actor, CloseReason, RelayToBrowser, TicketClaims } from '@spectral/proto/wire';

export interface Reader {
  /** Unique in this pod. */
  readonly number: number;
  readonly claims: TicketClaims;
  readonly actor: Actor;
  /** An answer to a request of its own: queued whatever the window holds. */
  sendAnswer(frame: Uint8Array): void;
  /** A frame of a channel: false when the window is full; the frame is then not sent. */
  sendChannelFrame(frame: Uint8Array): boolean;
  sendControl(control: RelayToBrowser): void;
  close(reason: CloseReason, message: string): void;
}
