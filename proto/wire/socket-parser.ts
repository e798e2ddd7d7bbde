/**
 * The Socket.IO packet parser of the browser link: one WebSocket message per packet, no JSON with attachments.
 * A packet `2 ["d", <bytes>]` (a data frame) travels as those bytes alone; every other packet as JSON text.
 * Both ends pass it as `parser`; see https://socket.io/docs/v4/custom-parser/ for the contract.
 */
import { Emitter } from '@socket.io/component-emitter';
import { DATA_EVENT } from './control-frames.ts';
import { BadFrame } from './data-frame.ts';

interface Packet {
  type: number;
  nsp: string;
  data?: unknown;
  id?: number;
}

/** Packet types of Socket.IO protocol 5 that the browser link uses. */
const EVENT = 2;
const HIGHEST_TYPE = 4;

class Encoder {
  encode(packet: Packet): (string | Uint8Array)[] {
    const bytes = dataFrameOf(packet);
    return [bytes ?? JSON.stringify({ t: packet.type, n: packet.nsp, d: packet.data, i: packet.id })];
  }
}

interface Decoded {
  decoded: (packet: Packet) => void;
}

class Decoder extends Emitter<Decoded, Decoded> {
  /** Throws BadFrame for anything that is no packet; the engine then closes that one connection. */
  add(chunk: string | ArrayBuffer | Uint8Array): void {
    this.emit('decoded', typeof chunk === 'string' ? textPacket(chunk) : binaryPacket(chunk));
  }

  destroy(): void {
    this.off();
  }
}

export const socketParser = { Encoder, Decoder };

function dataFrameOf(packet: Packet): Uint8Array | null {
  if (packet.type !== EVENT || packet.id !== undefined || !Array.isArray(packet.data)) return null;
  const [name, bytes] = packet.data as unknown[];
  return name === DATA_EVENT && bytes instanceof Uint8Array ? bytes : null;
}

function binaryPacket(chunk: ArrayBuffer | Uint8Array): Packet {
  const bytes = chunk instanceof Uint8Array ? chunk : new Uint8Array(chunk);
  return { type: EVENT, nsp: '/', data: [DATA_EVENT, bytes] };
}

function textPacket(text: string): Packet {
  let packet: unknown;
  try {
    packet = JSON.parse(text);
  } catch {
    throw new BadFrame('a browser packet is JSON text or a data frame');
  }
  if (typeof packet !== 'object' || packet === null) throw new BadFrame('a browser packet is a JSON object');
  const { t, n, d, i } = packet as Record<string, unknown>;
  if (typeof t !== 'number' || !Number.isInteger(t) || t < 0 || t > HIGHEST_TYPE || typeof n !== 'string') {
    throw new BadFrame('a browser packet has a type "t" from 0 to 4 and a namespace "n"');
  }
  if (t === EVENT && !(Array.isArray(d) && typeof d[0] === 'string')) {
    throw new BadFrame('an event packet has data ["name", …]');
  }
  return { type: t, nsp: n, data: d, ...(typeof i === 'number' ? { id: i } : {}) };
}
