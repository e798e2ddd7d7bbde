/** One machine's WebSocket: bytes in and out, limits, pings. What the frames mean is routing's. */
import type { Logger, MachinePresence } from '@spectral/common';
import {
  BadFrame,
  BadInput,
  CLOSE,
  FrameGatherer,
  MAX_CONTROL_BYTES,
  MAX_FRAME_BYTES,
  framesOf,
  parseMachineToRelay,
} from '@spectral/proto/wire';
import type { CloseReason, MachineClaims, RelayToMachine } from '@spectral/proto/wire';
import { WebSocket, type RawData } from 'ws';
import type { RelayCounters } from '../counters.ts';
import type { HeldMachine } from '../routing/held-machine.ts';
import type { MachineLink } from '../routing/machine-link.ts';
import type { Timers } from '../timers.ts';
import type { Beating, Heartbeat, Pulse } from './heartbeat.ts';
import type { MachineWebSocket, MachineWebSocketListener } from './machine-web-socket.ts';
import { excessMessage, type RateExcess, type Rates } from './rates.ts';

export interface MachineSocketParts {
  readonly heartbeat: Heartbeat;
  readonly counters: RelayCounters;
  readonly log: Logger;
  readonly now: () => number;
  readonly timers: Timers;
  readonly rates: Pick<Rates, 'machine' | 'teamMachines'>;
  readonly windowBytes: number;
}

/** Where a link has its place while it is up. */
export interface MachineRouting {
  attach(link: MachineLink): HeldMachine;
  /** Called once, after the socket closed. */
  detach(machine: HeldMachine): Promise<void>;
}

/** A peer that does not answer our close is cut after this long. */
const CLOSE_GRACE_MS = 2_000;
/** A flooding machine is left unread for at most this long at a time, so that its pongs still come through. */
const MOST_PAUSE_MS = 1_000;
/** A machine that is read more slowly is told so this often. */
const SLOWED_NOTICE_MS = 10_000;

export class MachineSocket implements MachineLink, Beating, MachineWebSocketListener {
  readonly claims: MachineClaims;
  readonly entry: MachinePresence;
  readonly #socket: MachineWebSocket;
  readonly #parts: MachineSocketParts;
  readonly #since: number;
  /** Made at the first frame: most machines of a fleet are asked nothing at a time. */
  #gatherer: FrameGatherer | null = null;
  #routing: MachineRouting | null = null;
  #machine: HeldMachine | null = null;
  #pulse: Pulse | null = null;
  #ending: CloseReason | null = null;
  #slowedAt = -SLOWED_NOTICE_MS;

  constructor(
    socket: MachineWebSocket,
    claims: MachineClaims,
    entry: MachinePresence,
    parts: MachineSocketParts,
  ) {
    this.#socket = socket;
    this.claims = claims;
    this.entry = entry;
    this.#parts = parts;
    this.#since = parts.now();
  }

  /** Greets, takes its place in routing, and lets frames in. */
  start(routing: MachineRouting): void {
    this.sendControl({
      kind: 'welcome',
      protocol: 1,
      connectionId: `${this.entry.epoch}`,
      maxFrameBytes: MAX_FRAME_BYTES,
      hears: ['activity'],
    });
    this.#pulse = this.#parts.heartbeat.add(this);
    this.#routing = routing;
    this.#machine = routing.attach(this);
    this.#socket.tell(this);
  }

  onMessage(data: RawData, isBinary: boolean): void {
    if (!this.#ending) this.#receive(bytesOf(data), isBinary);
  }

  onClose(code: number): void {
    this.#pulse?.stop();
    this.#logEnd(code);
    if (this.#machine) void this.#routing?.detach(this.#machine);
  }

  ping(): void {
    this.sendControl({ kind: 'ping' });
  }

  onSilent(): void {
    this.close(CLOSE.heartbeatTimeout);
  }

  sendFrame(frame: Uint8Array): boolean {
    this.#gatherer ??= new FrameGatherer((message) => this.#socket.send(message));
    if (this.#socket.bufferedAmount + this.#gatherer.bytes > this.#parts.windowBytes) return false;
    this.#parts.counters.framesToMachines += 1;
    this.#gatherer.add(frame);
    return true;
  }

  sendControl(control: RelayToMachine): void {
    this.#gatherer?.flush();
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    this.#socket.send(JSON.stringify(control));
    // Control frames pass a full window; a machine that reads none of them is let go.
    if (this.#socket.bufferedAmount > 2 * this.#parts.windowBytes) this.close(CLOSE.rateLimited);
  }

  close(reason: CloseReason): void {
    if (this.#ending) return;
    this.#ending = reason;
    this.#gatherer?.flush();
    this.#pulse?.stop();
    // A silent peer will not answer a close either.
    if (reason === CLOSE.heartbeatTimeout) this.#parts.timers.after(0, () => this.#socket.terminate());
    else this.#parts.timers.after(CLOSE_GRACE_MS, () => this.#socket.terminate());
    this.#socket.close(reason.code, reason.reason);
  }

  #receive(bytes: Buffer, isBinary: boolean): void {
    this.#pulse?.heard();
    try {
      if (bytes.length > MAX_FRAME_BYTES) return this.close(CLOSE.frameTooLarge);
      if (isBinary) this.#receiveFrames(framesOf(bytes), bytes.length);
      else this.#receiveControl(bytes);
    } catch (error) {
      this.#fail(error);
    }
  }

  #receiveFrames(frames: readonly Buffer[], bytes: number): void {
    const { counters } = this.#parts;
    counters.framesFromMachines += frames.length;
    counters.bytesFromMachines += bytes;
    this.#limit(bytes, frames.length);
    for (const frame of frames) this.#machine?.forward(frame);
  }

  #receiveControl(bytes: Buffer): void {
    this.#limit(bytes.length, 1);
    if (bytes.length > MAX_CONTROL_BYTES) throw new BadFrame('the control frame is too large');
    const control = parseMachineToRelay(bytes.toString());
    if (control.kind === 'refused') this.#machine?.refuse(control);
    if (control.kind === 'activity') this.#machine?.hear(control);
  }

  /** Above its rate, or its team's, a machine is read more slowly; nothing of it is lost. */
  #limit(bytes: number, frames: number): void {
    const excess = this.#charge(bytes, frames);
    if (!excess || this.#socket.isPaused) return;
    const { counters, now, timers } = this.#parts;
    counters.rateLimited += 1;
    this.#socket.pause();
    timers.after(Math.min(excess.waitMs, MOST_PAUSE_MS), () => this.#socket.resume());
    if (now() - this.#slowedAt < SLOWED_NOTICE_MS) return;
    this.#slowedAt = now();
    const message = `${excessMessage(excess)} It is read more slowly; nothing is lost.`;
    this.sendControl({ kind: 'error', code: CLOSE.rateLimited.reason, message });
  }

  #charge(bytes: number, frames: number): RateExcess | null {
    const { machine, teamMachines } = this.#parts.rates;
    const ownMs = machine.charge(this.entry.machineId, bytes, frames);
    const teamMs = teamMachines.charge(this.claims.team, bytes, frames);
    if (ownMs === 0 && teamMs === 0) return null;
    if (ownMs >= teamMs) return { whose: 'machine', waitMs: ownMs, limits: machine.limits };
    return { whose: 'team', waitMs: teamMs, limits: teamMachines.limits };
  }

  #fail(error: unknown): void {
    const isBad = error instanceof BadFrame || error instanceof BadInput;
    this.#parts.counters.badFrames += 1;
    if (!isBad)
      this.#parts.log.error({ err: error, machineId: this.entry.machineId }, 'a frame was not handled');
    const message = isBad ? error.message : 'The relay failed on this frame.';
    this.sendControl({ kind: 'error', code: CLOSE.badFrame.reason, message });
    this.close(CLOSE.badFrame);
  }

  #logEnd(code: number): void {
    const { machineId, epoch } = this.entry;
    const durationMs = this.#parts.now() - this.#since;
    const reason = this.#ending?.reason ?? 'peer';
    this.#parts.log.info(
      { machineId, teamId: this.claims.team, epoch, code, reason, durationMs },
      'machine link ended',
    );
  }
}

function bytesOf(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}
