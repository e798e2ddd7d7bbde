/** A browser as a relay sees it: a bare socket.io-client that keeps what it hears. */
import {
  BROWSER_LINK_PATH,
  CONTROL_EVENT,
  DATA_EVENT,
  FrameKind,
  decodeFrame,
  encodeFrame,
  framesOf,
  parseRelayToBrowser,
  parseResponse,
  socketParser,
  toPayload,
} from '@spectral/proto/wire';
import type {
  BrowserToRelay,
  ConnectRefusal,
  DataFrame,
  RelayToBrowser,
  ResponsePayload,
} from '@spectral/proto/wire';
import { io, type Socket } from 'socket.io-client';
import { afterTest } from './clean-up.ts';
import { until } from './until.ts';

export interface FakeBrowser {
  readonly socket: Socket;
  readonly controls: RelayToBrowser[];
  readonly frames: DataFrame[];
  disconnected: boolean;
  send(bytes: Uint8Array): void;
  sendControl(control: BrowserToRelay): void;
  /** Sends a REQUEST and resolves with its answer. */
  request(body: unknown): Promise<{ answer: ResponsePayload; frame: DataFrame; ms: number }>;
  control<K extends RelayToBrowser['kind']>(
    kind: K,
    count?: number,
  ): Promise<Extract<RelayToBrowser, { kind: K }>>;
  frame(kind: number, count?: number): Promise<DataFrame>;
  closedWith(): Promise<number>;
}

/** Connects and resolves after the welcome. Rejects with the refusal. */
export async function connectBrowser(url: string, ticket: string, machineId?: string): Promise<FakeBrowser> {
  const browser = openBrowser(url, { ticket }, machineId);
  const outcome: { error: Error | null } = { error: null };
  browser.socket.on('connect_error', (error) => (outcome.error = error));
  await until('connected or refused', () => outcome.error !== null || browser.controls.length > 0);
  if (outcome.error) throw outcome.error;
  return browser;
}

/** Why a browser is refused. */
export async function refusalOfBrowser(
  url: string,
  auth: object,
  machineId?: string,
): Promise<ConnectRefusal> {
  const { socket } = openBrowser(url, auth, machineId);
  const errors: (Error & { data?: ConnectRefusal })[] = [];
  socket.on('connect_error', (error) => errors.push(error));
  await until('refused', () => errors.length > 0);
  return errors[0]?.data ?? { code: 0, reason: '', message: errors[0]?.message ?? '' };
}

function openBrowser(url: string, auth: object, machineId?: string): FakeBrowser {
  const socket = io(url, {
    path: BROWSER_LINK_PATH,
    transports: ['websocket'],
    parser: socketParser,
    reconnection: false,
    forceNew: true,
    auth,
    ...(machineId === undefined ? {} : { query: { machine: machineId } }),
  });
  afterTest(() => socket.disconnect());
  const lastId = { value: 0 };
  const browser: FakeBrowser = {
    socket,
    controls: [],
    frames: [],
    disconnected: false,
    send: (bytes) => void socket.emit(DATA_EVENT, bytes),
    sendControl: (control) => void socket.emit(CONTROL_EVENT, JSON.stringify(control)),
    async request(body) {
      const target = ++lastId.value;
      const begun = performance.now();
      browser.send(
        encodeFrame(
          { kind: FrameKind.request, target },
          toPayload({ v: 1, method: 'POST', path: '/x', body }),
        ),
      );
      const found = () =>
        browser.frames.find((frame) => frame.kind === FrameKind.response && frame.target === target);
      await until(`an answer to request ${target}`, () => found() !== undefined);
      const frame = found() as DataFrame;
      return { answer: parseResponse(frame.payload), frame, ms: performance.now() - begun };
    },
    async control(kind, count = 1) {
      const found = () => browser.controls.filter((control) => control.kind === kind);
      await until(`${count} control frames ${kind} at the browser`, () => found().length >= count);
      return found()[count - 1] as never;
    },
    async frame(kind, count = 1) {
      const found = () => browser.frames.filter((frame) => frame.kind === kind);
      await until(`${count} frames of kind ${kind} at the browser`, () => found().length >= count);
      return found()[count - 1] as DataFrame;
    },
    async closedWith() {
      await until('the browser connection closed', () => browser.disconnected);
      const closed = browser.controls.find((control) => control.kind === 'closed');
      return closed?.kind === 'closed' ? closed.code : 0;
    },
  };
  socket.on('disconnect', () => (browser.disconnected = true));
  socket.on(CONTROL_EVENT, (text: string) => browser.controls.push(parseRelayToBrowser(text)));
  socket.on(DATA_EVENT, (message: Uint8Array) => browser.frames.push(...framesOf(message).map(decodeFrame)));
  return browser;
}
