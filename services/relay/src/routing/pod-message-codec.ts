/**
 * Pod messages as bytes. A batch is what one publish carries:
 *
 *   version (1)  length of pod id (1)  pod id   then records back to back:
 *   type (1)  length of machine id (1)  epoch (8, double)  reader (4)  length of meta (4)  length of frame (4)
 *   machine id   meta (JSON of the fields that have no place of their own, or empty)   frame
 *
 * Numbers are big endian. Pods of one release speak it with each other; PROTOCOL.md does not.
 */
import { activityFrame, actor, parseJson } from '@spectral/proto/wire';
import * as v from 'valibot';
import type { PodMessage } from './pod-message.ts';

const VERSION = 1;
const RECORD_HEAD_BYTES = 22;
const NO_FRAME = new Uint8Array(0);

/** Bytes that are no batch of this version. */
export class BadBatch extends Error {
  readonly code = 'bad-batch';
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'BadBatch';
  }
}

type MessageType = PodMessage['type'];

/** The place in this list is the number on the wire. */
const TYPES: readonly MessageType[] = [
  'request',
  'open',
  'close',
  'leave',
  'interest',
  'answer',
  'snapshot',
  'events',
  'refused',
  'gap',
  'unheld',
  'awaits',
  'cordon',
  'told',
];
const NUMBER_OF = new Map(TYPES.map((type, index) => [type, index]));

const channel = v.string();
const openMeta = v.object({ actor, channel, cursor: v.object({ epoch: v.number(), seq: v.number() }) });
const channelMeta = v.object({ channel });
const interestMeta = v.array(v.tuple([v.number(), v.string()]));
const awaitsMeta = v.array(v.tuple([v.number(), v.number()]));
const refusedMeta = v.object({ channel, code: v.string(), message: v.string() });
const unheldMeta = v.object({ target: v.number() });
const cordonMeta = v.object({
  question: v.number(),
  kind: v.picklist(['cordon', 'uncordon']),
  fence: v.number(),
});
const toldMeta = v.object({ question: v.number(), said: v.nullable(activityFrame) });

/** The bytes of one publish. Frames are copied here and nowhere else. */
export function encodeBatch(podId: string, messages: readonly PodMessage[]): Buffer {
  const name = Buffer.from(podId, 'latin1');
  const parts: Uint8Array[] = [Buffer.from([VERSION, name.length]), name];
  for (const message of messages) pushRecord(parts, message);
  return Buffer.concat(parts);
}

/** The sender and its messages, whose frames are views into `bytes`. Throws BadBatch. */
export function decodeBatch(bytes: Buffer): { podId: string; messages: PodMessage[] } {
  const nameEnd = 2 + (bytes[1] ?? 0);
  if (bytes.length < nameEnd || bytes[0] !== VERSION) {
    throw new BadBatch(`expected a batch of version ${VERSION}, got ${bytes.length} bytes of ${bytes[0]}`);
  }
  const messages: PodMessage[] = [];
  let offset = nameEnd;
  while (offset < bytes.length) {
    const record = readRecord(bytes, offset);
    messages.push(messageOf(record));
    offset = record.end;
  }
  return { podId: bytes.toString('latin1', 2, nameEnd), messages };
}

/** About how many bytes a message takes in a batch. */
export function batchBytes(message: PodMessage): number {
  return 'frame' in message ? message.frame.length + 200 : 400;
}

function pushRecord(parts: Uint8Array[], message: PodMessage): void {
  const machineId = 'machineId' in message ? message.machineId : '';
  const meta = metaOf(message);
  const frame = 'frame' in message ? message.frame : NO_FRAME;
  const metaBytes = Buffer.byteLength(meta);
  const head = Buffer.allocUnsafe(RECORD_HEAD_BYTES + machineId.length + metaBytes);
  head[0] = NUMBER_OF.get(message.type) ?? 0;
  head[1] = machineId.length;
  head.writeDoubleBE('epoch' in message ? message.epoch : 0, 2);
  head.writeUInt32BE('reader' in message ? message.reader : 0, 10);
  head.writeUInt32BE(metaBytes, 14);
  head.writeUInt32BE(frame.length, 18);
  head.write(machineId, RECORD_HEAD_BYTES, 'latin1');
  head.write(meta, RECORD_HEAD_BYTES + machineId.length, 'utf8');
  parts.push(head);
  if (frame.length > 0) parts.push(frame);
}

function metaOf(message: PodMessage): string {
  switch (message.type) {
    case 'request':
      return JSON.stringify(message.actor);
    case 'open':
      return JSON.stringify({ actor: message.actor, channel: message.channel, cursor: message.cursor });
    case 'close':
    case 'gap':
      return JSON.stringify({ channel: message.channel });
    case 'interest':
      return JSON.stringify(message.reads);
    case 'awaits':
      return JSON.stringify(message.requests);
    case 'refused':
      return JSON.stringify({ channel: message.channel, code: message.code, message: message.message });
    case 'unheld':
      return JSON.stringify({ target: message.target });
    case 'cordon':
      return JSON.stringify({ question: message.question, kind: message.kind, fence: message.fence });
    case 'told':
      return JSON.stringify({ question: message.question, said: message.said });
    case 'leave':
    case 'answer':
    case 'snapshot':
    case 'events':
      return '';
  }
}

interface Record {
  readonly type: MessageType;
  readonly machineId: string;
  readonly epoch: number;
  readonly reader: number;
  readonly meta: string;
  readonly frame: Uint8Array;
  readonly end: number;
}

function readRecord(bytes: Buffer, start: number): Record {
  const idStart = start + RECORD_HEAD_BYTES;
  if (idStart > bytes.length) throw new BadBatch('a record is cut short');
  const type = TYPES[bytes[start] ?? TYPES.length];
  if (!type) throw new BadBatch(`unknown message type ${bytes[start]}`);
  const metaStart = idStart + (bytes[start + 1] ?? 0);
  const frameStart = metaStart + bytes.readUInt32BE(start + 14);
  const end = frameStart + bytes.readUInt32BE(start + 18);
  if (end > bytes.length) throw new BadBatch('a record is cut short');
  return {
    type,
    machineId: bytes.toString('latin1', idStart, metaStart),
    epoch: bytes.readDoubleBE(start + 2),
    reader: bytes.readUInt32BE(start + 10),
    meta: bytes.toString('utf8', metaStart, frameStart),
    frame: bytes.subarray(frameStart, end),
    end,
  };
}

function messageOf({ type, machineId, epoch, reader, meta, frame }: Record): PodMessage {
  try {
    switch (type) {
      case 'request':
        return { type, machineId, reader, actor: parseJson(actor, meta, type), frame };
      case 'open':
        return { type, machineId, reader, ...parseJson(openMeta, meta, type) };
      case 'close':
        return { type, machineId, reader, ...parseJson(channelMeta, meta, type) };
      case 'leave':
        return { type, machineId, reader };
      case 'interest':
        return { type, machineId, reads: parseJson(interestMeta, meta, type) };
      case 'awaits':
        return { type, machineId, requests: parseJson(awaitsMeta, meta, type) };
      case 'answer':
        return { type, reader, frame };
      case 'snapshot':
        return { type, machineId, epoch, reader, frame };
      case 'events':
        return { type, machineId, epoch, frame };
      case 'refused':
        return { type, machineId, epoch, reader, ...parseJson(refusedMeta, meta, type) };
      case 'gap':
        return { type, machineId, epoch, reader, ...parseJson(channelMeta, meta, type) };
      case 'unheld':
        return { type, machineId, reader, ...parseJson(unheldMeta, meta, type) };
      case 'cordon':
        return { type, machineId, epoch, ...parseJson(cordonMeta, meta, type) };
      case 'told':
        return { type, ...parseJson(toldMeta, meta, type) };
    }
  } catch (cause) {
    throw new BadBatch(`a ${type} message has a wrong shape`, cause);
  }
}
