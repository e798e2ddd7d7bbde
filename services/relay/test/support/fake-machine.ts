/** A machine as a relay sees it: a bare WebSocket that keeps what it hears and answers what it is told to. */
import { once } from 'node:events';
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
import type { DataFrame, RelayToMachine } from '@spectral/proto/wire';
import { WebSocket } from 'ws';
import { afterTest } from './clean-up.ts';
import { until } from './until.ts';

export interface FakeMachine {
  readonly socket: WebSocket;
  readonly controls: RelayToMachine[];
  readonly frames: DataFrame[];
  /** Code of the close, once closed. */
  closeCode: number | null;
  /** Called for each REQUEST; the default answers 200 with the request's payload. */
  onRequest: (frame: DataFrame) => void;
  answer(request: DataFrame, body: unknown): void;
  send(bytes: Uint8Array): void;
  sendControl(control: unknown): void;
  control<K extends RelayToMachine['kind']>(
    kind: K,
    count?: number,
  ): Promise<Extract<RelayToMachine, { kind: K }>>;
  closed(): Promise<number>;
}

/** Connects and resolves after the welcome. Rejects with the HTTP status when refused. `machineId` is named in the query. */
export async function connectMachine(url: string, token: string, machineId?: string): Promise<FakeMachine> {
  const machine = openMachine(url, token, machineId);
  await refusedOrOpen(machine.socket);
  await machine.control('welcome');
  return machine;
}

/** The HTTP status with which a machine is refused, and the body. */
export async function refusalOfMachine(
  url: string,
  headers: Record<string, string>,
  protocol = MACHINE_SUBPROTOCOL,
): Promise<{ status: number; code: string }> {
  const socket = new WebSocket(url.replace('http', 'ws') + MACHINE_LINK_PATH, protocol, { headers });
  afterTest(() => socket.terminate());
  socket.on('error', () => {});
  const [, response] = await once(socket, 'unexpected-response', { signal: AbortSignal.timeout(3000) });
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  const body = JSON.parse(Buffer.concat(chunks).toString()) as { error: { code: string } };
  return { status: response.statusCode, code: body.error.code };
}

function openMachine(url: string, token: string, machineId?: string): FakeMachine {
  const query = machineId === undefined ? '' : `?machine=${machineId}`;
  const address = url.replace('http', 'ws') + MACHINE_LINK_PATH + query;
  const socket = new WebSocket(address, MACHINE_SUBPROTOCOL, {
    headers: { authorization: `Bearer ${token}` },
    perMessageDeflate: false,
  });
  afterTest(() => socket.terminate());
  const machine: FakeMachine = {
    socket,
    controls: [],
    frames: [],
    closeCode: null,
    onRequest: (frame) => machine.answer(frame, { echo: Buffer.from(frame.payload).toString() }),
    answer: (request, body) =>
      machine.send(
        encodeFrame(
          { kind: FrameKind.response, target: request.target },
          toPayload({ v: 1, status: 200, body }),
        ),
      ),
    send: (bytes) => socket.send(bytes),
    sendControl: (control) => socket.send(JSON.stringify(control)),
    async control(kind, count = 1) {
      const found = () => machine.controls.filter((control) => control.kind === kind);
      await until(`${count} control frames ${kind} at the machine`, () => found().length >= count);
      return found()[count - 1] as never;
    },
    async closed() {
      await until('the machine link closed', () => machine.closeCode !== null);
      return machine.closeCode ?? 0;
    },
  };
  socket.on('error', () => {});
  socket.on('close', (code) => (machine.closeCode = code));
  socket.on('message', (data: Buffer, isBinary) => {
    if (!isBinary) return void machine.controls.push(parseRelayToMachine(data.toString()));
    for (const frame of framesOf(data).map(decodeFrame)) {
      machine.frames.push(frame);
      if (frame.kind === FrameKind.request) machine.onRequest(frame);
    }
  });
  return machine;
}

async function refusedOrOpen(socket: WebSocket): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('unexpected-response', (_request, response) =>
      reject(new Error(`HTTP ${response.statusCode}`)),
    );
    socket.once('error', reject);
  });
}
