/** A relay that says what the test tells it to, behind the client's socket seam. */
import {
  encodeFrame,
  FrameFlag,
  FrameKind,
  decodeFrame,
  parseBrowserToRelay,
  parseRequest,
  toPayload,
  type BrowserToRelay,
  type FrameHeader,
  type RelayToBrowser,
  type RequestPayload,
} from '../../wire/index.ts';
import type { ConnectSocket, LinkAddress, LinkEvents } from '../../client/index.ts';

export interface ScriptedRelay {
  readonly connect: ConnectSocket;
  /** Every socket the client opened, in order. */
  readonly sockets: readonly ScriptedSocket[];
  /** The newest socket; throws while there is none. */
  readonly last: ScriptedSocket;
}

export function scriptedRelay(): ScriptedRelay {
  const sockets: ScriptedSocket[] = [];
  return {
    sockets,
    connect(address, events) {
      const socket = new ScriptedSocket(address, events);
      sockets.push(socket);
      return {
        sendControl: (text) => void socket.controls.push(parseBrowserToRelay(text)),
        sendData: (bytes) => void socket.requests.push(requestOf(bytes)),
        close: () => socket.closed(),
      };
    },
    get last() {
      const socket = sockets.at(-1);
      if (!socket) throw new Error('the client has opened no socket yet');
      return socket;
    },
  };
}

export interface SentRequest {
  readonly id: number;
  readonly payload: RequestPayload;
}

export class ScriptedSocket {
  readonly address: LinkAddress;
  readonly controls: BrowserToRelay[] = [];
  readonly requests: SentRequest[] = [];
  readonly #events: LinkEvents;
  #isClosed = false;

  constructor(address: LinkAddress, events: LinkEvents) {
    this.address = address;
    this.#events = events;
  }

  /** Whether the client closed it. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  closed(): void {
    this.#isClosed = true;
  }

  welcome({ online = true, lastSeenAt = null as string | null, maxFrameBytes = 100_000 } = {}): void {
    const machine = { id: this.address.machineId, online, lastSeenAt };
    this.says({ kind: 'welcome', protocol: 1, connectionId: 'connection', maxFrameBytes, machine });
  }

  says(frame: RelayToBrowser): void {
    this.saysText(JSON.stringify(frame));
  }

  saysText(text: string): void {
    this.#events.onControl(text);
  }

  data(header: Partial<FrameHeader> & { kind: FrameKind }, payload?: unknown): void {
    this.bytes(encodeFrame(header, payload === undefined ? undefined : toPayload(payload)));
  }

  bytes(bytes: Uint8Array): void {
    this.#events.onData(bytes);
  }

  answer(id: number, status: number, body?: unknown, { fromRelay = false } = {}): void {
    const flags = fromRelay ? FrameFlag.fromRelay : 0;
    this.data({ kind: FrameKind.response, target: id, flags }, { v: 1, status, body });
  }

  /** The socket breaks, or never opened. */
  ends(code: number | null = null, message = 'transport close'): void {
    this.#events.onEnd({ code, message });
  }
}

function requestOf(bytes: Uint8Array): SentRequest {
  const frame = decodeFrame(bytes);
  return { id: frame.target, payload: parseRequest(frame.payload) };
}
