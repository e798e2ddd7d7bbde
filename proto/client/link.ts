/** A socket to a relay that speaks frames: text and bytes become typed frames, the unreadable is left out. */
import {
  decodeFrame,
  parseRelayToBrowser,
  type BrowserToRelay,
  type DataFrame,
  type RelayToBrowser,
} from '../wire/index.ts';
import type { ConnectSocket, LinkAddress, LinkEnd } from './link-socket.ts';

export interface Link {
  send(frame: BrowserToRelay): void;
  sendFrame(bytes: Uint8Array): void;
  /** Idempotent; tells nobody. */
  close(): void;
}

export type Welcome = Extract<RelayToBrowser, { kind: 'welcome' }>;

export interface LinkListener {
  onControl(link: Link, frame: RelayToBrowser): void;
  onData(link: Link, frame: DataFrame): void;
  onHeard(): void;
  /** Called once, unless the link was closed from this side. */
  onEnd(link: Link, end: LinkEnd): void;
}

/** Opens a link. The listener is called only after this has returned. */
export function openLink(connect: ConnectSocket, address: LinkAddress, listener: LinkListener): Link {
  const socket = connect(address, {
    onControl(text) {
      listener.onHeard();
      const frame = readable(() => parseRelayToBrowser(text));
      if (frame?.kind === 'closed') return endNow(frame);
      if (frame) listener.onControl(link, frame);
    },
    onData(bytes) {
      listener.onHeard();
      const frame = readable(() => decodeFrame(bytes));
      if (frame) listener.onData(link, frame);
    },
    onHeard: () => listener.onHeard(),
    onEnd: (end) => listener.onEnd(link, end),
  });
  const link: Link = {
    send: (frame) => socket.sendControl(JSON.stringify(frame)),
    sendFrame: (bytes) => socket.sendData(bytes),
    close: () => socket.close(),
  };
  const endNow = ({ code, message }: LinkEnd) => {
    socket.close();
    listener.onEnd(link, { code, message });
  };
  return link;
}

/**
 * Null for a frame this client does not know. A newer relay may say more than this client understands, and a frame
 * that mattered shows as a hole in the numbers or as a request that times out.
 */
function readable<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
