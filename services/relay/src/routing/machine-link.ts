/** A machine's connection, as routing sees it. The socket behind it lives in sockets/. */
import type { MachinePresence } from '@spectral/common';
import type { CloseReason, MachineClaims, RelayToMachine } from '@spectral/proto/wire';

export interface MachineLink {
  readonly claims: MachineClaims;
  /** What this link holds: machine id and epoch. */
  readonly entry: MachinePresence;
  /** False when the machine reads too slowly to take more; the frame is then not sent. */
  sendFrame(frame: Uint8Array): boolean;
  sendControl(control: RelayToMachine): void;
  /** Ends the connection; the link is detached when it has closed. */
  close(reason: CloseReason): void;
}
