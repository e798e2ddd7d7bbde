/**
 * A machine that answers every request after a while. Asked to move, it does as the daemon: the new link is up before
 * the old one closes, and the old one stays for the answers it still owes.
 */
import {
  FrameKind,
  MACHINE_LINK_PATH,
  MACHINE_SUBPROTOCOL,
  decodeFrame,
  encodeFrame,
  framesOf,
  parseRelayToMachine,
  toPayload,
} from '@spectral/proto/wire';
import { WebSocket } from 'ws';

export interface MovingMachine {
  /** Opens a link at the relay the settings name; the one before is left to itself. */
  connect(): Promise<void>;
  close(): void;
}

export interface MachineSettings {
  readonly token: string;
  /** Where the next link leads. */
  readonly relayUrl: () => string;
  readonly answerAfterMs: number;
}

const ANSWER = toPayload({ v: 1, status: 200 });

export function createMovingMachine(settings: MachineSettings): MovingMachine {
  const links = new Set<WebSocket>();
  const connect = async () => {
    const socket = new WebSocket(
      settings.relayUrl().replace('http', 'ws') + MACHINE_LINK_PATH,
      MACHINE_SUBPROTOCOL,
      {
        headers: { authorization: `Bearer ${settings.token}` },
        perMessageDeflate: false,
      },
    );
    links.add(socket);
    // A killed relay breaks the link; what follows is the measurement's to say.
    socket.on('close', () => links.delete(socket));
    const leaveWhenDone = serve(socket, settings.answerAfterMs, (spreadMs) => {
      setTimeout(() => void connect().then(leaveWhenDone), spreadMs * Math.random());
    });
    await new Promise<void>((resolve, reject) => {
      socket.once('message', () => resolve());
      socket.once('error', reject);
    });
    socket.on('error', () => {});
  };
  return {
    connect,
    close() {
      for (const link of links) link.terminate();
    },
  };
}

/** Answers what comes. Returns what closes the link once it owes nothing. */
function serve(socket: WebSocket, answerAfterMs: number, onDrain: (spreadMs: number) => void): () => void {
  const state = { owed: 0, isLeaving: false };
  const leaveIfDone = () => {
    if (state.isLeaving && state.owed === 0) socket.close(1000, 'shutdown');
  };
  socket.on('message', (data: Buffer, isBinary) => {
    if (!isBinary) {
      const control = parseRelayToMachine(data.toString());
      if (control.kind === 'drain') onDrain(control.spreadMs);
      return;
    }
    for (const { kind, target } of framesOf(data).map(decodeFrame)) {
      if (kind === FrameKind.request) answerLater(target);
    }
  });
  const answerLater = (target: number) => {
    state.owed += 1;
    setTimeout(() => {
      state.owed -= 1;
      socket.send(encodeFrame({ kind: FrameKind.response, target }, ANSWER), leaveIfDone);
    }, answerAfterMs);
  };
  return () => {
    state.isLeaving = true;
    leaveIfDone();
  };
}
