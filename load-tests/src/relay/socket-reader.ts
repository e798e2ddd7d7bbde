/**
 * A reader of one session on the real client's socket, which looks at the header of each frame and no further: hundreds
 * of them leave the cores of a measurement to the relays.
 */
import { connectSocketIo, type LinkAddress } from '@spectral/proto/client';
import {
  FrameFlag,
  FrameKind,
  decodeFrame,
  parseRelayToBrowser,
  type DataFrame,
  type RelayToBrowser,
} from '@spectral/proto/wire';

export interface SocketReader {
  /** Whether the machine's history has arrived: from here on nothing that it tells is missed. */
  readonly isReading: boolean;
  /** How often the relay dropped the session because this reader was too slow. It goes on with what is told next. */
  readonly gaps: number;
  close(): void;
}

/** Opens the session once the machine is there. `onEvents` is called with each frame of live events. */
export function openSocketReader(
  address: LinkAddress,
  session: string,
  onEvents: (frame: DataFrame) => void,
): SocketReader {
  const state = { isReading: false, gaps: 0 };
  const open = () =>
    socket.sendControl(JSON.stringify({ kind: 'open', channel: session, cursor: { epoch: 0, seq: 0 } }));
  const socket = connectSocketIo(address, {
    onControl(text) {
      const control = parseRelayToBrowser(text);
      if (control.kind === 'gap') state.gaps += 1;
      if (control.kind === 'gap' || isOnline(control)) open();
    },
    onData(bytes) {
      const frame = decodeFrame(bytes);
      if (frame.kind === FrameKind.snapshot && frame.flags & FrameFlag.final) state.isReading = true;
      if (frame.kind === FrameKind.events) onEvents(frame);
    },
    onHeard() {},
    onEnd() {},
  });
  return {
    get isReading() {
      return state.isReading;
    },
    get gaps() {
      return state.gaps;
    },
    close: () => socket.close(),
  };
}

function isOnline(control: RelayToBrowser): boolean {
  if (control.kind === 'welcome') return control.machine.online;
  return control.kind === 'presence' && control.online;
}
